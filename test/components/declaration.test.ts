import { expect } from "chai";
import { isBadInput } from "../../adapters/bad-input.ts";
import { platformDeclaration, stackDeclaration } from "../../components/declaration.ts";

const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };
const dev = { profile: "dev", network, entry: { insecure: true } };
const latency = { name: "latency", threshold: "1 s", objective: "99 %" };
const capacity = {
  serviceTime: { mean: "200 ms", cv: 0.7 },
  concurrency: 2,
  maxWait: "5 s",
  startup: "75 s",
};
const cart = {
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [latency],
  capacity,
  demand: { peak: "100 /s" },
  bounds: { min: 2, max: 60 },
};
const form = { slos: [{ ...latency, window: "3 s" }] };
const rule = { bounds: { min: 2, budget: "1 USD/month" } };
const conflict = { deploy: { paths: ["/cart"], stopTimeout: "2 s" } };

function faultsOf(deployment: unknown, services: unknown, region: string | undefined = "eu-west-1") {
  return refusal(() => stackDeclaration((key) => ({ deployment, services })[key], "dev", region));
}

/** Where each fault is, and the first words of what it says. */
function refusal(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (!isBadInput(error)) throw error;
    return error.faults.map(({ where, message }) => `${where.split(" ").at(-1)}: ${message.split(";")[0]}`);
  }
  return [];
}

const WINDOW = 'services.cart.slos[0].window: window is "3 s"';
const BUDGET = "services.cart.bounds.budget: budget is 1 USD/month";
const STOP = "services.cart.deploy: stopTimeout is 2 s";

describe("a declaration's faults", () => {
  it("of form, of rules and between settings come in one run, of one service and of several", () => {
    expect(faultsOf(dev, { cart: { ...cart, ...form, ...rule, ...conflict } })).to.deep.equal([
      WINDOW,
      BUDGET,
      STOP,
    ]);
    const pay = { ...cart, deploy: { paths: ["/pay"] } };
    const services = { cart: { ...cart, ...conflict }, pay: { ...pay, ...form }, tax: { ...pay, ...rule } };
    expect(faultsOf(dev, services)).to.deep.equal([
      WINDOW.replace("cart", "pay"),
      BUDGET.replace("cart", "tax"),
      "services.tax.deploy: paths hold /pay, as those of pay do",
      STOP,
    ]);
  });

  it("come with those of the stack's settings, of their form and between them", () => {
    const faults = faultsOf(
      {
        ...dev,
        logRetention: 8,
        network: { ...network, nat: "none" },
        entry: { insecure: true, certificates: 3, minimumTls: 1.3 },
        storage: { tables: { carts: { hashKey: "id", ttl: 1 }, tax: { hashKey: "id", rangeKey: "id" } } },
      },
      { cart: { ...cart, ...conflict } },
    );
    expect(faults.map((fault) => fault.replace(/: .*/, ""))).to.deep.equal([
      "setpoint:deployment.entry.certificates",
      "setpoint:deployment.storage.tables.carts.ttl",
      "setpoint:deployment.logRetention",
      "setpoint:deployment.network.nat",
      "setpoint:deployment.storage.tables.tax.rangeKey",
      "services.cart.deploy",
      "services.cart.deploy",
    ]);
  });

  it("are not told of what may follow from another", () => {
    const { cpu: _, ...compute } = cart.compute;
    const cpuTime = { capacity: { ...capacity, cpuTime: "3 s", serviceTime: { mean: "x" } } };
    expect(faultsOf(dev, { cart: { ...cart, ...rule, compute } })).to.have.length(1);
    expect(faultsOf(dev, { cart: { ...cart, ...cpuTime } })).to.have.length(1);
    const instances = { ...rule, deploy: { capacity: "instances" } };
    const cluster = { instances: { instanceTypes: ["t3.none"], max: 3 } };
    expect(faultsOf({ ...dev, cluster }, { cart: { ...cart, ...instances } })).to.have.length(1);
    const granted = { deploy: { storage: { tables: { carts: "read" } } } };
    expect(faultsOf({ ...dev, storage: { table: {} } }, { cart: { ...cart, ...granted } })).to.deep.equal([
      "setpoint:deployment.storage.table: `table` is unknown",
    ]);
    const fine = { policies: { highResolution: true } };
    expect(faultsOf(dev, { cart: { ...cart, ...fine } })).to.have.length(1);
    const misspelt = { ...cart, deplo: { paths: ["/pay"] } };
    expect(faultsOf(dev, { cart, pay: misspelt })).to.deep.equal(["services.pay.deplo: `deplo` is unknown"]);
  });

  it("are told of a service whose name is at fault, and between the others", () => {
    const wrong = { ...cart, ...form, ...conflict };
    const pay = { ...wrong, deploy: { paths: ["/pay"], stopTimeout: "2 s" } };
    expect(faultsOf(dev, { Cart_: wrong, pay })).to.deep.equal([
      'services.Cart_: the name is "Cart_"',
      WINDOW.replace("cart", "Cart_"),
      WINDOW.replace("cart", "pay"),
      STOP.replace("cart", "pay"),
    ]);
  });

  it("are told of a configuration that holds no map, and of a region that is missing", () => {
    expect(faultsOf("foo", "bar")).to.deep.equal([
      'setpoint:deployment: it is "foo"',
      'services: services is "bar"',
    ]);
    const text = JSON.stringify({ cart: { ...cart, ...rule } });
    const config = { deployment: JSON.stringify(dev), services: text };
    expect(refusal(() => stackDeclaration((key) => config[key], "dev", undefined))).to.deep.equal([
      "aws:region: region is missing",
      BUDGET,
    ]);
    expect(faultsOf(dev, { cart: { ...cart, ...rule } }, "us-east-1")).to.deep.equal([
      BUDGET,
      "setpoint:deployment.network: zones are eu-west-1a, eu-west-1b",
    ]);
  });

  it("are told together to a program that holds its declaration, too", () => {
    const services = { cart: { ...cart, ...form, ...rule, ...conflict } };
    expect(refusal(() => platformDeclaration({ deployment: dev, services }))).to.deep.equal([
      WINDOW,
      BUDGET,
      STOP,
    ]);
    expect(platformDeclaration({ deployment: dev, services: { cart } }).region).to.equal("eu-west-1");
  });
});
