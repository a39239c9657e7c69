import { expect } from "chai";
import { accountArguments } from "../../adapters/account-settings.ts";
import { stackDeclaration } from "../../components/declaration.ts";

const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };
const sound = { profile: "dev", network, entry: { insecure: true } };
const cart = {
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %", window: "28 d" }],
  capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
  demand: { peak: "100 /s" },
  bounds: { min: 2, max: 60 },
};

const read = (deployment: unknown, services: unknown) =>
  stackDeclaration((key) => ({ deployment, services })[key], "dev", "eu-west-1");

function faultsOf(deployment: unknown, services: unknown = { cart }): readonly string[] {
  try {
    read(deployment, services);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

describe("stackDeclaration", () => {
  it("reads what a stack shares and what each service says", () => {
    const { settings, declared } = read(sound, { cart });
    expect(settings.network.zones).to.deep.equal(network.zones);
    expect(declared.map(({ service }) => service.name)).to.deep.equal(["cart"]);
  });

  it("reports the faults of both parts at once", () => {
    const faults = faultsOf(
      { ...sound, profile: "test" },
      { cart: { ...cart, bounds: { min: 5, max: 2 } }, Pay: cart },
    );
    expect(faults).to.have.length(3);
    expect(faults[0]).to.match(/^setpoint:deployment\.profile: profile is "test"; must be dev or prod/);
    expect(faults[1]).to.match(/^Pulumi\.dev\.yaml services\.cart\.bounds/);
    expect(faults[2]).to.match(/^Pulumi\.dev\.yaml services\.Pay: the name is "Pay"/);
  });

  it("holds a stack to its account, and to a role of that account", () => {
    const id = "123456789012";
    const role = `arn:aws:iam::${id}:role/deploy`;
    const { settings } = read({ ...sound, account: { id, role } }, { cart });
    expect(accountArguments(settings.account)).to.deep.equal({
      allowedAccountIds: [id],
      assumeRoles: [{ roleArn: role, sessionName: "setpoint" }],
    });
    expect(accountArguments(read(sound, { cart }).settings.account)).to.deep.equal({});
    expect(faultsOf({ ...sound, account: { id: 123456789012 } }).join()).to.match(/account id in quotes/);
    expect(faultsOf({ ...sound, account: { id: "210987654321", role } }).join()).to.match(
      /must be a role of account\.id/,
    );
    expect(faultsOf({ ...sound, account: { role: "deploy" } }).join()).to.match(/ARN of a role/);
  });
});
