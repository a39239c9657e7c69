import { expect } from "chai";
import { folder, serviceYaml, setpoint } from "./setpoint.ts";

const declared = (slo: string) => `config:\n  setpoint:services:\n    cart:${slo.replaceAll("\n", "\n  ")}`;

describe("setpoint tour", () => {
  it("tells for each stack what is wrong with its declaration, once", async () => {
    const good = serviceYaml("{ peak: 20 /s }");
    const root = folder({
      "Pulumi.yaml": "name: shop\nruntime: nodejs\n",
      "Pulumi.dev.yaml": declared(good.replace("peak", "peek")),
      "Pulumi.prod.yaml": declared(good.replace("startup", "startups")),
    });
    const { code, stdout, stderr } = await setpoint(root, ["tour"]);
    expect(code, stderr).to.equal(2);
    expect(stdout).to.include("setpoint plan --stack dev").and.to.include("setpoint plan --stack prod");
    expect(stderr.match(/Pulumi\.dev\.yaml:\d+:\d+ .*peek/g), stderr).to.have.lengthOf(1);
    expect(stderr.match(/Pulumi\.prod\.yaml:\d+:\d+ .*startups/g), stderr).to.have.lengthOf(1);
    expect(stderr).not.to.include("reading the declaration");
  });
});
