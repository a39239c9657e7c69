import { expect } from "chai";
import fc from "fast-check";
import {
  type Candidate,
  controlsFor,
  FRESH,
  leastStanding,
  standing,
  undoing,
} from "../../policy/candidate.ts";
import { anyProfile, between, CART, daily, PROFILE } from "../support/services.ts";

const none = leastStanding(2);
const candidate: fc.Arbitrary<Candidate> = fc.record({
  utilization: between(0.05, 0.95),
  surge: between(1.05, 3),
  standing: fc.constant(none),
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

  it("brings the load of each task back to the setpoint from anywhere in a band, in whole percents", () => {
    fc.assert(
      fc.property(candidate, between(0, 1), (any, share) => {
        const { alarm, steps: bands } = steps(any);
        const { setpoint } = controlsFor(any, PROFILE, 40).tracking[0]!;
        bands.forEach(({ lower, upper, change }) => {
          if (upper === null) return; // nothing bounds what the last band may meet
          const metric = alarm.threshold + lower! + share * (upper - lower!);
          expect(metric / (1 + change)).to.be.at.most(setpoint * (1 + 1e-9));
          // No more than the band's top and the next whole percent ask for.
          expect(1 + change).to.be.at.most((alarm.threshold + upper) / setpoint + 0.01 + 1e-9);
          expect(change * 100).to.be.closeTo(Math.round(change * 100), 1e-9);
        });
      }),
    );
  });

  it("waits with both policies until a whole minute with the new count is visible", () => {
    const { tracking, steps: surge } = controlsFor(
      { utilization: 0.5, surge: 1.5, standing: none },
      PROFILE,
      40,
    );
    expect([tracking[0]!.scaleOutCooldown, surge[0]!.cooldown]).to.deep.equal([FRESH, FRESH]);
    expect(FRESH).to.equal(60 + 120); // one minute, and CloudWatch's publication of it (aws-facts §8)
    expect(tracking[0]!.scaleInCooldown).to.equal(undoing(PROFILE.startup));
    expect(undoing(75)).to.equal(3 * 60 + 120 + 75);
  });
});

describe("standing", () => {
  const bounds = { min: 2, max: 40 };
  const use = (tasks: number, rate: number) => Math.max(0, rate - 10 * tasks);

  it("is just the minimum without an allowance", () => {
    expect(none).to.deep.include({ seasonality: "none", floor: [2], schedule: [], min: 2 });
  });

  it("starts from the mean floor until the first scheduled action", () => {
    const { floor, schedule, min } = standing(daily(3, 200), "daily", use, CART.capacity.startup, bounds)(1);
    const mean = floor.reduce((a, b) => a + b, 0) / floor.length; // every slot of a day weighs the same
    expect(min).to.equal(Math.ceil(mean - 1e-9));
    expect(schedule.length).to.be.above(2);
    for (const action of schedule) expect(action.min).to.be.within(bounds.min, bounds.max);
  });
});
