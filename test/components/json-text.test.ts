import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import { jsonText } from "../../components/json-text.ts";

const resolved = (text: pulumi.Output<string>) => new Promise<string>((resolve) => void text.apply(resolve));

describe("jsonText", () => {
  it("is JSON.stringify's of the document with each output's value in its place", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (inner, shared) => {
        const output = pulumi.output(shared);
        const document = { inner, list: [output, { output, left: undefined }], soon: Promise.resolve(1) };
        expect(await resolved(jsonText(document))).to.equal(
          JSON.stringify({ inner, list: [shared, { output: shared }], soon: 1 }),
        );
      }),
    );
  });

  it("keeps a secret one", async () => {
    expect(await pulumi.isSecret(jsonText({ password: pulumi.secret("hunter2") }))).to.equal(true);
    expect(await pulumi.isSecret(jsonText({ name: pulumi.output("cart") }))).to.equal(false);
  });
});
