import { expect } from "chai";
import fc from "fast-check";
import { type Autoscaler, awsAutoscaler } from "../../policy/autoscaler.ts";
import { type Candidate, controlsFor, FRESH, freshWarmup, undoing } from "../../policy/candidate.ts";
import { constantStanding } from "../../policy/standing.ts";
import { anyProfile, between, type Minute, MONDAY, PROFILE, view } from "../support/services.ts";

const least = constantStanding(2);
const candidate: fc.Arbitrary<Candidate> = fc.record({
  utilization: between(0.05, 0.95),
  surge: fc.record({ at: between(1.05, 3), gain: between(0.5, 1), jump: fc.constantFrom(1, 2, 4.5) }),
  standing: fc.constant(least),
});
const steps = (any: Candidate) => controlsFor(any, PROFILE, 40).steps[0]!;

describe("controlsFor", () => {
  it("holds the rate that keeps each task at the utilization", () => {
    fc.assert(
      fc.property(candidate, anyProfile, (any, profile) => {
        const [tracking] = controlsFor(any, profile, 40).tracking;
        const offered = (tracking!.setpoint * profile.serviceTime.mean) / profile.concurrency;
        expect(tracking!.metric).to.equal("requestRatePerTask");
        expect(offered).to.be.closeTo(any.utilization, 1e-9);
      }),
    );
  });

  it("covers everything above the surge threshold with bands that neither overlap nor leave a gap", () => {
    fc.assert(
      fc.property(candidate, (any) => {
        const bands = steps(any).steps;
        expect(bands[0]!.lower).to.equal(0);
        expect(bands.at(-1)!.upper).to.equal(null);
        bands.slice(1).forEach((band, i) => {
          expect(band.lower).to.equal(bands[i]!.upper);
          expect(band.lower!).to.be.above(bands[i]!.lower!);
        });
      }),
    );
  });

  it("makes good the gain's part of the shortage from anywhere in a band, or jumps, in whole percents", () => {
    fc.assert(
      fc.property(candidate, between(0, 1), (any, share) => {
        const { alarm, steps: bands } = steps(any);
        const { setpoint } = controlsFor(any, PROFILE, 40).tracking[0]!;
        const { gain, jump } = any.surge!;
        bands.forEach(({ lower, upper, change }) => {
          if (upper === null) return; // nothing bounds what the last band may meet
          const metric = alarm.threshold + lower! + share * (upper - lower!);
          expect(1 + change).to.be.at.least(Math.max(jump, (metric / setpoint) ** gain) - 1e-9);
          // No more than the band's top and the next whole percent ask for.
          const most = Math.max(jump, ((alarm.threshold + upper) / setpoint) ** gain);
          expect(1 + change).to.be.at.most(most + 0.01 + 1e-9);
          expect(change * 100).to.be.closeTo(Math.round(change * 100), 1e-9);
        });
      }),
    );
  });

  it("answers everything that the jump covers in one band", () => {
    const jumping = { at: 1.25, gain: 1, jump: 3 };
    const [first, second] = steps({
      utilization: 0.5,
      surge: jumping,
      standing: least,
    }).steps;
    const { setpoint } = controlsFor({ utilization: 0.5, surge: jumping, standing: least }, PROFILE, 40)
      .tracking[0]!;
    expect(first).to.include({ lower: 0, change: 2 });
    expect((1.25 * setpoint + first!.upper!) / setpoint).to.be.within(3 / 1.15, 3);
    expect(second!.change).to.be.above(2);
  });

  it("has no step policy where tracking alone reacts", () => {
    const plain = { utilization: 0.5, surge: undefined, standing: least };
    expect(controlsFor(plain, PROFILE, 40).steps).to.deep.equal([]);
  });

  it("waits with both policies for a start, and until a whole minute with the new count is visible", () => {
    const { tracking, steps: surge } = controlsFor(
      {
        utilization: 0.5,
        surge: { at: 1.5, gain: 0.8, jump: 1 },
        standing: least,
      },
      PROFILE,
      40,
    );
    expect([tracking[0]!.scaleOutCooldown, surge[0]!.cooldown]).to.deep.equal([220, 220]); // the start of 75 s, less 35 in which tasks do not run yet
    expect(FRESH).to.equal(60 + 120); // one minute, and CloudWatch's publication of it
    expect(tracking[0]!.scaleInCooldown).to.equal(undoing(PROFILE.startup));
    expect(undoing(75)).to.equal(3 * 60 + 120 + 75);
  });

  it("gives tasks no warm-up, which Application Auto Scaling does not have", () => {
    const controls = controlsFor({ utilization: 0.5, surge: undefined, standing: least }, PROFILE, 40);
    expect(controls).not.to.have.property("warmup");
  });

  it("gives instances no cooldown, which EC2 Auto Scaling does not have, but their warm-up", () => {
    const surge = { at: 1.5, gain: 0.8, jump: 1 };
    const profile = { ...PROFILE, warmup: freshWarmup(PROFILE.startup) };
    const controls = controlsFor({ utilization: 0.5, surge, standing: least }, profile, 40);
    expect(controls.warmup).to.equal(75 + FRESH);
    expect(JSON.stringify(controls)).not.to.match(/cooldown/i);
    expect(freshWarmup(3500)).to.equal(3600); // DefaultInstanceWarmup is 3600 at most
  });

  // Amazon ECS: tasks run long before they serve; the cooldown, and the count that tracking starts from, go by those that run.
  it("starts no task twice for one shortage where AWS counts the cooldown from tasks that run and do not serve yet", () => {
    for (const startup of [30, 75, 240]) {
      const profile = { ...PROFILE, startup };
      const controls = controlsFor({ utilization: 0.7, surge: undefined, standing: least }, profile, 1000);
      const rate = 40 * controls.tracking[0]!.setpoint; // for 40 tasks; 20 are there
      expect(mostStarted(awsAutoscaler(controls), rate, 20, startup)).to.equal(40);
    }
  });
});

/** Seconds from the decision until a Fargate task runs, as AWS measured (provisioning.ts). */
const RUNS = 23;

/** The most tasks there are when those that `serve` meet `rate` requests a second, and others run after RUNS and serve after `startup`. */
function mostStarted(autoscaler: Autoscaler, rate: number, serve: number, startup: number): number {
  const starts = new Array<number>(serve).fill(Number.NEGATIVE_INFINITY);
  const minutes: Minute[] = [];
  for (let minute = 0; minute < 90; minute++) {
    const now = MONDAY + 60 * minute;
    const after = (seconds: number) => starts.filter((start) => start + seconds <= now).length;
    const [running, visible] = [after(RUNS), Math.max(0, minute - 2)];
    const settled = Math.max(MONDAY, starts.at(-1)! + RUNS);
    const fleet = { now, ready: running, starting: starts.length - running, settled, visible };
    const wanted = autoscaler.desired(view(minutes, fleet));
    while (starts.length < wanted) starts.push(now);
    const requestRatePerTask = rate / after(startup);
    minutes.push({ requestRatePerTask, cpuUtilization: 0, requestRate: rate, responseTime: 0 });
  }
  return starts.length;
}
