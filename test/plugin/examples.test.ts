import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { parse } from "yaml";
import { platformDeclaration } from "../../components/declaration.ts";

const folder = new URL("../../examples/packages/", import.meta.url);

interface Declared {
  readonly deployment: unknown;
  readonly services: unknown;
}

function inYaml(): Declared {
  const { resources } = parse(readFileSync(new URL("yaml/Pulumi.yaml", folder), "utf8"));
  return resources.shop.properties;
}

/** Runs the example with an SDK that notes what it is given, and spells it as the wire does. */
const RECORDER = `
import json, re, runpy, sys, types
def wire(value):
    if isinstance(value, dict):
        return {re.sub(r"_([a-z])", lambda m: m[1].upper(), key): wire(inner) for key, inner in value.items()}
    return [wire(each) for each in value] if isinstance(value, list) else value
class Platform:
    url = scaling = None
    def __init__(self, name, **args):
        print(json.dumps(wire(args)))
sys.modules["pulumi"] = types.SimpleNamespace(export=lambda name, value: None)
sys.modules["pulumi_setpoint"] = types.SimpleNamespace(Platform=Platform)
runpy.run_path(sys.argv[1])
`;

function inPython(): Declared {
  const program = new URL("python/__main__.py", folder).pathname;
  return JSON.parse(execFileSync("python3", ["-c", RECORDER, program], { encoding: "utf8" }));
}

describe("examples/packages", () => {
  it("declares the same platform in YAML and in Python", () => {
    expect(inPython()).to.deep.equal(inYaml());
  });

  it("declares a platform that is taken", () => {
    const { settings, declared } = platformDeclaration(inYaml());
    expect(settings.profile).to.equal("dev");
    expect(declared.map(({ service }) => service.name)).to.deep.equal(["cart"]);
  });
});
