import { expect } from "chai";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { AWS_LOOP } from "../../policy/aws-loop.ts";
import { FRESH } from "../../policy/candidate.ts";
import type { FleetView } from "../../policy/fleet-view.ts";
import { replay } from "../../policy/replay.ts";
import type { ScalingControls, StepScaling, TargetTracking } from "../../policy/scaling-plan.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import { steps } from "../support/policies.ts";
import { CART, controlsOf, MONDAY, minutesOf, view } from "../support/services.ts";

const cpu: TargetTracking = { name: "cpu", metric: "cpuUtilization", setpoint: 0.5, disableScaleIn: false };

/** A group asked minute after minute, with CPU as it is at each. */
function group(some: Partial<ScalingControls>) {
  const autoscaler = awsAutoscaler(controlsOf({ warmup: 240, ...some }));
  const seen: number[] = [];
  return (utilization: number, fleet: Partial<FleetView>) => {
    seen.push(utilization);
    return autoscaler.desired(view(minutesOf(seen), { now: MONDAY + 60 * seen.length, ...fleet }));
  };
}

/** Bands in the manner of the user guide's example: 10 % more from 60 % CPU on, 30 % more from 70 %. */
function guide(): StepScaling {
  const { cooldown: _, ...policy } = steps("high", ">=", 0.6, 0.1, {
    adjustment: "percent",
    minAdjustment: 1,
    alarm: { evaluationPeriods: 1, datapoints: 1 },
    steps: [
      { lower: 0, upper: 0.1, change: 0.1 },
      { lower: 0.1, upper: null, change: 0.3 },
    ],
  });
  return policy;
}

describe("awsAutoscaler, an EC2 group", () => {
  it("adds what AWS's own example adds while an instance warms up", () => {
    const ask = group({ steps: [guide()] });
    expect(ask(0.6, { ready: 10 })).to.equal(11); // 10 % of 10
    expect(ask(0.62, { ready: 10, starting: 1 })).to.equal(11); // the same band: nothing more
    expect(ask(0.71, { ready: 11 })).to.equal(13); // 30 % of the 10 that are warm, of which one is there
  });

  it("computes target tracking on the instances that are warm, by batch, counted from the launch", () => {
    const ask = group({ tracking: [cpu] });
    for (let minute = 0; minute < 2; minute++) expect(ask(0.9, { ready: 4 })).to.equal(4);
    expect(ask(0.9, { ready: 4 })).to.equal(8);
    for (let minute = 1; minute < 4; minute++) expect(ask(0.6, { ready: 8 })).to.equal(8); // ⌈4 × 1.2⌉
    expect(ask(0.6, { ready: 8 })).to.equal(10); // 240 s after the launch all eight count: ⌈8 × 1.2⌉
  });

  it("does not scale in while an instance warms up", () => {
    const ask = group({ tracking: [cpu], min: 1 });
    for (let minute = 0; minute < 14; minute++) ask(0.2, { ready: 4 });
    ask(0.2, { ready: 5 }); // somebody else, such as a schedule, has added one
    for (let minute = 0; minute < 2; minute++) expect(ask(0.2, { ready: 5 })).to.equal(5);
    expect(ask(0.2, { ready: 5 })).to.equal(2); // warm: ⌈5 × 0.4⌉
  });

  it("counts instances that end as there, so that a figure from before is not acted on twice", () => {
    const ask = group({ tracking: [cpu] });
    for (let minute = 0; minute < 14; minute++) ask(0.2, { ready: 10 });
    expect(ask(0.2, { ready: 10 })).to.equal(4);
    expect(ask(0.2, { ready: 4 })).to.equal(4); // on ten, as measured: not ⌈4 × 0.4⌉
  });

  it("leaves what the load needs when it falls, as instances drain for as long as the metric takes to show it", () => {
    const least = (draining: number) => {
      const rates = Array.from({ length: 80 }, (_, minute) => (minute < 20 ? 160 : 96)); // 20 at 8 /s each, then 12
      const tracking = [
        { name: "requests", metric: "requestRatePerTask", setpoint: 8, disableScaleIn: false },
      ] as const;
      const autoscaler = awsAutoscaler(controlsOf({ tracking, warmup: 255 }), { ...AWS_LOOP, draining });
      const trace = { start: MONDAY, step: 60, rates };
      const { minutes } = replay(autoscaler, steadyPlant(CART), trace, 75, 20);
      return Math.min(...minutes.capacity);
    };
    expect(AWS_LOOP.draining).to.be.at.least(FRESH);
    expect([least(AWS_LOOP.draining), least(10)]).to.deep.equal([12, 5]); // in ten seconds ⌈12 × 0.6⌉, and again
  });

  it("takes AWS's 300 s where no warm-up is set", () => {
    const autoscaler = awsAutoscaler(controlsOf({ tracking: [cpu] }));
    const at = (minute: number, utilization: number, ready: number) =>
      autoscaler.desired(
        view(minutesOf(new Array<number>(5).fill(utilization)), { now: MONDAY + 60 * minute, ready }),
      );
    expect(at(0, 0.9, 4)).to.equal(8);
    expect(at(4, 0.6, 8)).to.equal(8);
    expect(at(5, 0.6, 8)).to.equal(10);
  });
});
