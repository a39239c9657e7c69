import { expect } from "chai";
import fc from "fast-check";
import { responseTimes } from "../../policy/response-time.ts";
import { serviceTimeQuantile } from "../../policy/service-time.ts";
import { steadyState } from "../../policy/steady-state.ts";
import { anyProfile, between, PROFILE } from "../support/services.ts";

const SHARES = [0.5, 0.9, 0.99, 0.999] as const;

describe("responseTimes", () => {
  it("are those that the steady state's late shares are of", () => {
    fc.assert(
      fc.property(anyProfile, between(0.05, 1.3), (profile, utilization) => {
        const rate = (utilization * profile.concurrency) / profile.serviceTime.mean;
        const times = responseTimes(profile, 3, rate, SHARES);
        const { late, refused } = steadyState(
          profile,
          3,
          times,
          (rate * profile.serviceTime.mean) / profile.concurrency,
        );
        SHARES.forEach((share, i) => {
          expect((late[i]! - refused) / (1 - refused)).to.be.closeTo(1 - share, 1e-6);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("are the service time's alone without load", () => {
    const [median, mean] = responseTimes(PROFILE, 1, 0, [0.5, "mean"]);
    expect(median).to.be.closeTo(serviceTimeQuantile(PROFILE.serviceTime, 0.5), 1e-6);
    expect(mean).to.equal(PROFILE.serviceTime.mean);
  });

  it("never fall as the rate rises", () => {
    fc.assert(
      fc.property(anyProfile, between(0.05, 0.95), between(0.05, 0.95), (profile, a, b) => {
        const at = (utilization: number) =>
          responseTimes(profile, 1, (utilization * profile.concurrency) / profile.serviceTime.mean, [
            ...SHARES,
            "mean",
          ]);
        const [low, high] = [at(Math.min(a, b)), at(Math.max(a, b))];
        low.forEach((time, i) => {
          expect(time).to.be.at.most(high[i]! * (1 + 1e-6));
        });
      }),
      { numRuns: 40 },
    );
  });
});
