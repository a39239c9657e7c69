import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { describeOnEngine, freshStack } from "../support/engine.ts";
import { addPackage, hasLanguages, languagesFor, UNBUILT } from "../support/languages.ts";
import { startPlugin } from "../support/plugin.ts";

/** What a program leaves in its stack. */
interface Left {
  readonly outputs: { readonly url: string };
  /** Of AWS, by type and name, with the inputs that they were made of. */
  readonly resources: Readonly<Record<string, unknown>>;
}

describeOnEngine("a program in another language on Pulumi's engine (row 96)", function () {
  this.timeout(300_000);
  if (!hasLanguages()) {
    it.skip(UNBUILT);
    return;
  }
  let yaml: Left | undefined;
  const ofYaml = async () => (yaml ??= await deployedTwice("yaml", () => {}));

  it("deploys examples/packages/yaml, and changes nothing the second time", async () => {
    const { outputs, resources } = await ofYaml();
    expect(outputs.url).to.match(/^http:\/\/entry-alb-/);
    expect(resources).to.include.keys(
      "aws:ecs/service:Service cart-ecs-service",
      "aws:dynamodb/table:Table storage-carts-table",
    );
  });

  it("makes the same of examples/packages/python, by the SDK that Pulumi generates", async () => {
    expectSame(await deployedTwice("python", addPackage.python), await ofYaml());
  });

  it("makes the same of examples/packages/go, by the SDK that Pulumi generates", async () => {
    expectSame(await deployedTwice("go", addPackage.go), await ofYaml());
  });
});

/** Resource by resource, so that a failure shows which one is not the same. */
function expectSame(left: Left, yaml: Left): void {
  expect(left.outputs).to.deep.equal(yaml.outputs);
  expect(Object.keys(left.resources)).to.have.members(Object.keys(yaml.resources));
  for (const [name, inputs] of Object.entries(yaml.resources))
    expect(left.resources[name], name).to.deep.equal(inputs);
}

/** Deploys an example in a cloud of its own, and sees that a second deployment finds nothing to do. */
async function deployedTwice(example: string, prepare: (program: string) => void): Promise<Left> {
  const deployed = await freshStack("dev");
  const { workDir, envVars } = deployed.stack.workspace;
  const pulumi = (...args: readonly string[]) => {
    const { status, printed, said } = deployed.pulumi(...args);
    expect(status, said).to.equal(0);
    return printed;
  };
  rmSync(join(workDir, "Pulumi.dev.yaml"));
  cpSync(join("examples", "packages", example), workDir, { recursive: true });
  const plugin = await startPlugin(workDir);
  envVars.PULUMI_DEBUG_PROVIDERS += `,setpoint:${plugin.port}`;
  Object.assign(envVars, languagesFor(workDir));
  try {
    prepare(workDir);
    pulumi("stack", "init", "dev");
    pulumi("up", "--yes", "--skip-preview");
    const outputs = JSON.parse(pulumi("stack", "output", "--json"));
    const resources = inputsOfAws(pulumi("stack", "export"));
    expect(pulumi("up", "--yes", "--skip-preview")).to.match(/Resources:\s+\d+ unchanged/);
    return withoutIds({ outputs, resources });
  } finally {
    plugin.stop();
    await deployed.close();
  }
}

interface Exported {
  readonly type: string;
  readonly urn: string;
  readonly inputs: unknown;
}

function inputsOfAws(exported: string): Left["resources"] {
  const { resources } = JSON.parse(exported).deployment as { readonly resources: readonly Exported[] };
  const own = resources.filter(({ type }) => type.startsWith("aws:"));
  return Object.fromEntries(own.map(({ type, urn, inputs }) => [`${type} ${urn.split("::")[3]}`, inputs]));
}

/** Leaves out what each deployment draws anew: ids of AWS, and the seven digits that end a name of Pulumi's. */
function withoutIds(left: Left): Left {
  return JSON.parse(JSON.stringify(left).replace(/(?<=-)[0-9a-f]{7}\b|\b[0-9a-f]{16,}\b/g, "drawn"));
}
