import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { keptPlan, notKept } from "../../adapters/plan-cache.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { promising } from "../support/services.ts";

describe("keptPlan", () => {
  let root = "";
  let folder = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "setpoint-plans-"));
    folder = join(root, "node_modules", ".cache", "setpoint", "plans");
    mkdirSync(join(root, "node_modules"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const cart = promising(0.99);
  const only = () => join(folder, readdirSync(folder)[0]!);

  it("is the plan itself, whether made or found", () => {
    const plan = scalingPlan(cart);
    expect(keptPlan(cart, root)).to.deep.equal(plan);
    expect(readdirSync(folder)).to.have.length(1);
    expect(keptPlan(cart, root)).to.deep.equal(plan);
    expect(readdirSync(folder)).to.have.length(1);
  });

  it("is found, not made, the second time", () => {
    keptPlan(cart, root);
    const mark = { ...JSON.parse(readFileSync(only(), "utf8")), service: "as it was kept" };
    writeFileSync(only(), JSON.stringify(mark));
    expect(keptPlan(cart, root).service).to.equal("as it was kept");
  });

  it("is made anew for another promise, and where what was kept is damaged", () => {
    keptPlan(cart, root);
    writeFileSync(only(), readFileSync(only(), "utf8").slice(0, 100));
    expect(keptPlan(cart, root)).to.deep.equal(scalingPlan(cart));
    for (const text of ["null", "{}", "[]", ""]) {
      writeFileSync(only(), text);
      expect(keptPlan(cart, root), text).to.deep.equal(scalingPlan(cart));
    }
    const stricter = { ...cart, bounds: { ...cart.bounds, max: 7 } };
    expect(keptPlan(stricter, root).controls.max).to.equal(7);
    expect(readdirSync(folder)).to.have.length(2);
    expect(keptPlan({ ...cart, quotas: { tasksPerService: 9 } }, root).controls.max).to.equal(9);
    expect(readdirSync(folder)).to.have.length(3);
  });

  it("keeps nothing where there is no node_modules", () => {
    rmSync(join(root, "node_modules"), { recursive: true });
    expect(keptPlan(cart, root)).to.deep.equal(scalingPlan(cart));
    expect(readdirSync(root)).to.deep.equal([]);
  });

  it("knows which are not kept yet, where some could be", () => {
    const stricter = promising(0.995);
    keptPlan(cart, root);
    expect(notKept([cart, stricter], root)).to.deep.equal([stricter]);
    expect(notKept([cart], join(root, "node_modules"))).to.deep.equal([]); // no project: nothing is kept
  });

  it("keeps the newest thousand", () => {
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < 1000; i++) {
      writeFileSync(join(folder, `${i}.json`), "");
      utimesSync(join(folder, `${i}.json`), i, i);
    }
    keptPlan(cart, root);
    const left = readdirSync(folder);
    expect(left).to.have.length(1000);
    expect(left).to.not.include("0.json");
    expect(left).to.include("1.json");
  });
});
