import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { clusterInstances } from "../../adapters/cluster-settings.ts";
import { type DeclaredService, declaredServices, readStack } from "../../adapters/declaration.ts";
import { hostOf } from "../../adapters/host.ts";
import { hourlyPrice } from "../../adapters/prices.ts";
import { platformDeclaration } from "../../components/declaration.ts";

const task = { type: "fargate", cpu: 512, memory: 1024 } as const;
const cluster = (members: object) =>
  clusterInstances({ instances: { instanceTypes: ["m7i.large"], max: 10, ...members } })!;

const cart = (deploy: object) => ({
  compute: task,
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %", window: "28 d" }],
  capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
  demand: { peak: "60 /s" },
  bounds: { min: 2, max: 20 },
  deploy,
});

const deployment = (members: object) => ({
  profile: "dev",
  network: { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] },
  entry: { insecure: true },
  cluster: members,
});

describe("what tasks on instances cost", () => {
  it("is an instance's price by the tasks that fit: by CPU, or by the memory that is left", () => {
    const price = 0.1008;
    expect(hostOf(task, cluster({}))).to.deep.equal({ instanceType: "m7i.large", price, tasks: 4 });
    const hungry = { ...task, cpu: 256, memory: 2048 } as const;
    expect(hostOf(hungry, cluster({}))).to.deep.equal({ instanceType: "m7i.large", price, tasks: 3 });
    expect(hostOf({ ...task, cpu: 4096, memory: 8192 }, cluster({}))).to.equal(undefined);
  });

  it("is more where some are kept free", () => {
    expect(hostOf(task, cluster({ targetCapacity: "80 %" }))!.price).to.be.closeTo(0.1008 / 0.8, 1e-12);
  });

  it("says nothing of CPU credits that tasks would share, and tells so", () => {
    const instances = { instanceTypes: ["t3.large"], max: 10 };
    const on = (members: object) =>
      platformDeclaration({
        deployment: deployment({ instances: { ...instances, ...members } }),
        services: { cart: cart({ capacity: "instances" }) },
      }).declared[0]!.notes.join();
    expect(on({})).to.match(/share of one t3\.large.*CPU credits that tasks on it share are not modeled/);
    expect(on({ instanceTypes: ["m7i.large"] })).not.to.include("credits");
  });

  it("is by the first of several types, which the group starts first", () => {
    const of = (...instanceTypes: string[]) => hostOf(task, cluster({ instanceTypes }))!.instanceType;
    expect(of("m6i.large", "m7i.large")).to.equal("m6i.large");
    expect(of("m7i.large", "m6i.large")).to.equal("m7i.large");
  });
});

describe("a service's price on instances of its cluster", () => {
  const instances = { instanceTypes: ["m7i.large", "m6i.large"], max: 10, targetCapacity: "80 %" };
  const of = (deploy: object, members: object = { instances }): DeclaredService =>
    platformDeclaration({ deployment: deployment(members), services: { cart: cart(deploy) } }).declared[0]!;

  it("counts on nothing that Spot saves, and says so", () => {
    const onDemand = of({}).service.price;
    const { service, notes } = of({ capacity: { onDemand: { base: 2, weight: 1 }, spot: { weight: 3 } } });
    expect(service.price).to.equal(onDemand);
    expect(notes).to.include("Spot is priced as on demand: what it saves is not counted on");
    expect(of({}).notes.join()).not.to.include("Spot");
  });

  it("is its share of one, and says so", () => {
    const { service, notes } = of({ capacity: "instances" });
    expect(service.price).to.be.closeTo(0.1008 / 0.8 / 4, 1e-12);
    expect(service.host).to.include({ instanceType: "m7i.large", tasks: 4 });
    expect(notes).to.include(
      "capacity is instances: a task is priced as its share of one m7i.large, which holds 4 by CPU and by the memory that kernel, agent and system leave; of its 2 types, the one that is started first; instances 80 % full are counted on, as targetCapacity says",
    );
  });

  it("stays Fargate's on Fargate, without instances, and where none has room, and says why", () => {
    const onFargate = of({});
    expect(onFargate.service)
      .to.include({ price: hourlyPrice(task) })
      .and.not.have.property("host");
    expect(onFargate.notes.join()).to.not.include("instances");
    const none = of({ capacity: "instances" }, {});
    expect(none.service)
      .to.include({ price: hourlyPrice(task) })
      .and.not.have.property("host");
    expect(none.notes.join()).to.match(/no stack says of which type: its tasks are priced as Fargate's/);
    const small = of({ capacity: "instances" }, { instances: { ...instances, instanceTypes: ["t3.nano"] } });
    expect(small.service.price).to.equal(hourlyPrice(task));
    expect(small.notes.join()).to.match(/no t3\.nano has room for a task/);
    const alone = declaredServices({ services: { cart: cart({ capacity: "instances" }) } }, "f.yaml", () => {
      throw new Error("no trace is declared");
    })[0]!;
    expect(alone.service.price).to.equal(hourlyPrice(task));
  });

  it("is the same for the commands, which read the stack's file, as for the program: one plan", () => {
    mkdirSync(".cache", { recursive: true });
    const folder = mkdtempSync(join(".cache", "host-"));
    const written = (members: object) => {
      const config = {
        "setpoint:deployment": deployment(members),
        "setpoint:services": { cart: cart({ capacity: "instances" }) },
      };
      writeFileSync(join(folder, "Pulumi.dev.yaml"), JSON.stringify({ config }));
      return readStack("dev", folder)[0]!;
    };
    try {
      expect(written({ instances })).to.deep.equal(of({ capacity: "instances" }));
      expect(written({ instances: { max: 3 } }).service.price).to.equal(hourlyPrice(task));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is held against the budget", () => {
    const poor = (deploy: object) => () =>
      declaredServices(
        { services: { cart: { ...cart(deploy), bounds: { min: 2, max: 20, budget: "36 USD/month" } } } },
        "f.yaml",
        () => {
          throw new Error("no trace is declared");
        },
        undefined,
        null,
        cluster({ instanceTypes: ["c7g.large"] }),
      );
    // A c7g.large holds three by its memory, so two tasks cost 2/3 of its 0.0725 USD: 35.28 a month; on Fargate 36.04.
    expect(poor({})).to.throw(/36\.04 USD\/month/);
    expect(poor({ capacity: "instances" })).to.not.throw();
  });
});
