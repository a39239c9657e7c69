import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { hasLanguages, UNBUILT, writeSdk } from "../support/languages.ts";

const { resources, types } = JSON.parse(readFileSync("plugin/schema.json", "utf8"));
const { inputProperties, properties } = resources["setpoint:index:Platform"];

/** It is read, since nothing here compiles C#: NuGet has Pulumi's library for it. */
describe("the package's SDK for .NET, as Pulumi generates it (row 96)", () => {
  if (!hasLanguages()) {
    it.skip(UNBUILT);
    return;
  }
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "setpoint-dotnet-"));
    writeSdk("dotnet", folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  const read = (...file: readonly string[]) => readFileSync(join(folder, ...file), "utf8");
  const named = (attribute: string, source: string) =>
    [...source.matchAll(new RegExp(`\\[${attribute}\\("(\\w+)"`, "g"))].map(([, name]) => name);

  it("has a platform with its inputs and outputs", () => {
    const source = read("Platform.cs");
    expect(named("Input", source)).to.have.members(Object.keys(inputProperties));
    expect(named("Output", source)).to.have.members(Object.keys(properties));
  });

  it("takes every member that a declaration may have", () => {
    const classes = readdirSync(join(folder, "Inputs"));
    expect(classes.length).to.be.above(50);
    for (const file of classes) {
      const type = types[`setpoint:index:${file.replace(/Args\.cs$/, "")}`];
      expect(named("Input", read("Inputs", file)), file).to.have.members(Object.keys(type.properties));
    }
  });
});
