import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { readDeclaration } from "../../adapters/declaration.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { givenPlanOf, heldOut, planOf, readTrace, scaled } from "../../testing/index.ts";
import { folder, serviceYaml, traceCsv } from "../cli/setpoint.ts";

const declared = `services:\n  cart:${serviceYaml("{ history: shop.csv, growth: 20 % }")}  web:${serviceYaml("{ peak: 20 /s }")}`;
const cpu = (TargetValue: number, DisableScaleIn: boolean) => ({
  PolicyName: `cpu-${TargetValue}`,
  PolicyType: "TargetTrackingScaling",
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue,
    PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
    DisableScaleIn,
  },
});
const fighting = JSON.stringify({
  ScalableTarget: { MinCapacity: 1, MaxCapacity: 20 },
  ScalingPolicies: [cpu(40, true), cpu(70, false)],
});
const root = folder({
  "services.yaml": declared,
  "shop.csv": traceCsv(5),
  "Pulumi.prod.yaml": `config:\n  setpoint:services:\n    web:${serviceYaml("{ peak: 20 /s }").replaceAll("\n", "\n  ")}`,
  "plan.json": JSON.stringify({ ScalableTarget: { MinCapacity: 3, MaxCapacity: 7 } }),
  "fighting.json": fighting,
  "wide.json": JSON.stringify({
    ScalableTarget: { MinCapacity: 2, MaxCapacity: 20 },
    ScheduledActions: [
      {
        ScheduledActionName: "sale",
        Schedule: "cron(0 8 * * ? *)",
        ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 30 },
      },
    ],
  }),
  "forecasts.yaml": `services:\n  cart:${serviceYaml("{ history: shop.csv }")}\n    policies: { predictive: forecastAndScale }\n`,
  "group.json": JSON.stringify({ AutoScalingGroup: { MinSize: 1, MaxSize: 2 } }),
});
const services = `${root}/services.yaml`;

describe("plans in tests", () => {
  it("are those that `setpoint plan` makes, by a file's name or its URL", () => {
    const { service } = readDeclaration(services)[1]!;
    const { controls, feasibility } = scalingPlan(service);
    expect(planOf(services, "web")).to.deep.equal({ service, controls, feasibility });
    expect(planOf(pathToFileURL(services), "web")).to.deep.equal({ service, controls, feasibility });
  });

  it("come from a Pulumi stack too", () => {
    expect(planOf(`${root}/Pulumi.prod.yaml`, "web").controls).to.deep.equal(
      planOf(services, "web").controls,
    );
  });

  it("may be made elsewhere, for the same kind of compute", () => {
    expect(givenPlanOf(services, "cart", `${root}/plan.json`).controls).to.include({ min: 3, max: 7 });
    expect(() => givenPlanOf(services, "cart", `${root}/group.json`)).to.throw(
      /scales instances; cart runs on tasks/,
    );
  });

  it("made elsewhere are not feasible where their policies fight", () => {
    const { feasibility } = givenPlanOf(services, "cart", `${root}/fighting.json`);
    expect(feasibility).to.have.nested.property("obstacles[0].why").that.includes("limit cycle");
    expect(givenPlanOf(services, "cart", `${root}/plan.json`).feasibility.possible).to.equal(true);
  });

  it("tell what was noticed of one made elsewhere, and what stands in for AWS's forecast", () => {
    expect(givenPlanOf(services, "cart", `${root}/plan.json`).notes?.join()).to.include(
      "nothing moves capacity",
    );
    expect(planOf(`${root}/forecasts.yaml`, "cart").notes?.join()).to.include(
      "AWS does not publish its forecast",
    );
  });

  it("tell where one made elsewhere goes beyond the bounds declared, by schedule too", () => {
    const notes = (plan: string) => givenPlanOf(services, "cart", `${root}/${plan}`).notes?.join("\n");
    expect(notes("wide.json"))
      .to.include("its max is 30 by a scheduled action, above the 20 of bounds.max")
      .and.include("its min is 0 by a scheduled action, below the 1 of bounds.min");
    expect(notes("plan.json")).to.not.include("bounds.");
  });

  it("do not know the days held out, which have grown as declared", () => {
    const whole = readTrace(`${root}/shop.csv`);
    const { plan, trace } = heldOut(services, "cart", 2);
    const { demand } = plan.service;
    if (demand.kind !== "history") throw new Error("a history is declared");
    expect(demand.trace.rates).to.deep.equal(whole.rates.slice(0, 3 * 144));
    expect(trace.start).to.equal(whole.start + 3 * 86_400);
    expect(trace.rates).to.deep.equal(whole.rates.slice(3 * 144).map((rate) => rate * 1.2));
    expect(plan.controls).to.deep.equal(scalingPlan(plan.service).controls);
  });

  it("need a day of history beside the days held out", () => {
    expect(() => heldOut(services, "cart", 5)).to.throw(/days is 5; .*one day more to plan on/);
    for (const days of [0, -1, Number.NaN])
      expect(() => heldOut(services, "cart", days)).to.throw(/it must be above 0/);
    expect(() => heldOut(services, "web", 1)).to.throw(/services\.web\.demand: .*longer `history`/);
  });

  it("are judged on traffic that has been read", () => {
    expect(() => scaled("monday.csv" as never, 2)).to.throw(
      /scaled: the trace is "monday\.csv"; .*readTrace/,
    );
    for (const factor of [0, -1, Number.NaN, "2" as never])
      expect(() => scaled(readTrace(`${root}/shop.csv`), factor)).to.throw(/scaled: the factor is .*above 0/);
  });

  it("are read from files that are named", () => {
    expect(() => planOf(undefined as never, "cart")).to.throw(/file: its name is missing; it must be a path/);
    expect(() => readTrace(3 as never)).to.throw(/file: its name is 3; it must be a path/);
  });

  it("are offered by their near names", () => {
    expect(() => planOf(services, "crat")).to.throw(/there is no service `crat`; did you mean `cart`/);
    expect(() => planOf(services, undefined as unknown as string)).to.throw(
      /no service `undefined`; known here/,
    );
  });
});
