import { expect } from "chai";
import { serviceDeploymentSchema } from "../../adapters/service-deployment.ts";

describe("serviceDeploymentSchema", () => {
  const messages = (document: unknown) =>
    serviceDeploymentSchema
      .safeParse(document)
      .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

  it("reads an image as a reference or a folder to build, and leaves out what is left out", () => {
    expect(serviceDeploymentSchema.parse({ image: "public.ecr.aws/nginx/nginx:1.28" })).to.deep.equal({
      image: { kind: "reference", reference: "public.ecr.aws/nginx/nginx:1.28" },
    });
    expect(serviceDeploymentSchema.parse({ image: { build: "examples/shop" }, port: 80 })).to.deep.equal({
      image: { kind: "build", folder: "examples/shop" },
      port: 80,
    });
    expect(serviceDeploymentSchema.parse({})).to.deep.equal({});
  });

  it("CMP-19: refuses an image that moves", () => {
    const digest = `cart@sha256:${"0a".repeat(32)}`;
    for (const image of [
      "cart",
      "cart:latest",
      "localhost:5000/cart",
      "cart:",
      "cart:1; rm -rf /",
      "cart@sha256:12",
    ])
      expect(messages({ image }), image).to.have.length(1);
    for (const image of [
      "cart:1.2",
      digest,
      "localhost:5000/cart:latest-1",
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b:x",
    ])
      expect(messages({ image }), image).to.deep.equal([]);
  });

  it("refuses a folder outside the project", () => {
    for (const build of ["/etc", "../shop", "shop/../..", ""])
      expect(messages({ image: { build } }), build).to.have.length(1);
  });

  it("LB-5, LB-12, ECS.20: refuses paths, ports and users that AWS or we do not take", () => {
    const found = messages({
      port: 70_000,
      health: { path: "health" },
      paths: ["cart", "/cart/**", `/${"a".repeat(128)}`, "/*/*/*/*/*/*"],
      user: 0,
      prot: 1,
    });
    expect(found.map((message) => message.split(":")[0])).to.deep.equal([
      "port",
      "user",
      "paths.0",
      "paths.1",
      "paths.2",
      "paths.3",
      "health.path",
      "",
    ]);
  });
});
