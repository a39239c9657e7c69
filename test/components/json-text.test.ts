import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import { jsonText } from "../../components/json-text.ts";

const resolved = <T>(output: pulumi.Output<T>) =>
  new Promise<unknown>((resolve) => void output.apply((value) => resolve(value)));

describe("jsonText", () => {
  it("is JSON.stringify's of the document with each output's value in its place", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (inner, shared) => {
        const output = pulumi.output(shared);
        const value = await resolved(output); // Pulumi's outputs drop a member `__proto__`
        const document = { inner, list: [output, { output, left: undefined }], soon: Promise.resolve(1) };
        expect(await resolved(jsonText(document))).to.equal(
          JSON.stringify({ inner, list: [value, { output: value }], soon: 1 }),
        );
      }),
    );
  });

  it("keeps a secret one", async () => {
    expect(await pulumi.isSecret(jsonText({ password: pulumi.secret("hunter2") }))).to.equal(true);
    expect(await pulumi.isSecret(jsonText({ name: pulumi.output("cart") }))).to.equal(false);
  });
});
