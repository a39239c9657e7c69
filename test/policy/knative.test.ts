import { expect } from "chai";
import fc from "fast-check";
import { knativeAutoscaler } from "../../policy/knative.ts";
import { between, type Minute, MONDAY, sliceView } from "../support/services.ts";

/** A slice in which `ready` tasks of ten slots, 0.1 s a request, hold so many requests, none of them waiting. */
const holding = (inFlight: number, ready: number): Minute => ({
  requestRate: 10 * inFlight,
  requestRatePerTask: (10 * inFlight) / ready,
  cpuUtilization: inFlight / (10 * ready),
  responseTime: 0.1,
});

const fresh = (min = 1, max = 1000) => knativeAutoscaler(10, 0.1, min, max);

/** Asked at each second, with so many requests in flight on so many ready tasks. */
function story(autoscaler: ReturnType<typeof fresh>, lines: readonly (readonly [number, number, number])[]) {
  return lines.map(([second, inFlight, ready]) =>
    autoscaler.desired(sliceView([holding(inFlight, ready)], { now: MONDAY + second, ready })),
  );
}

// knative/serving pkg/autoscaler/scaling/autoscaler.go, config/core/configmaps/autoscaler.yaml.
describe("knativeAutoscaler", () => {
  it("aims at 70 % of the concurrency", () => {
    expect(story(fresh(), [[0, 28, 1]])).to.deep.equal([4]); // 28 ÷ 7
    expect(story(fresh(), [[0, 29, 1]])).to.deep.equal([5]);
  });

  it("begins in panic, where it never shrinks, for one stable window", () => {
    expect(
      story(fresh(), [
        [0, 7, 10],
        [60, 7, 10],
        [61, 7, 10], // at most by half
        [62, 7, 5],
        [63, 7, 2],
      ]),
    ).to.deep.equal([10, 10, 5, 2, 1]);
  });

  it("panics when twice the ready pods are wanted, and calms down a stable window after the last such look", () => {
    const autoscaler = fresh();
    expect(
      story(autoscaler, [
        [0, 28, 4],
        [100, 55, 4], // wants 8 = 2 × 4
        [130, 20, 8], // wants 3: holds 8
        [160, 20, 8],
        [161, 20, 8], // over: at most by half
      ]),
    ).to.deep.equal([4, 8, 8, 8, 4]);
  });

  it("follows in stable mode what is wanted below twice the pods, both ways", () => {
    expect(
      story(fresh(), [
        [0, 7, 1],
        [15, 13, 1], // 13 ÷ 7: 2 pods = 2 × 1, panic
        [90, 35, 4],
        [91, 21, 5],
      ]),
    ).to.deep.equal([1, 2, 5, 3]);
  });

  it("panics on the newest slice, and is otherwise on the mean of a minute", () => {
    const rising = [28, 28, 28, 42].map((inFlight) => holding(inFlight, 4));
    expect(fresh().desired(sliceView(rising, { ready: 4 }))).to.equal(6); // begins in panic: 42 ÷ 7
    const calm = fresh();
    calm.desired(sliceView([holding(28, 4)], { ready: 4 }));
    expect(calm.desired(sliceView(rising, { now: MONDAY + 100, ready: 4 }))).to.equal(5); // 31.5 ÷ 7
    const surge = [28, 28, 28, 56].map((inFlight) => holding(inFlight, 4));
    expect(calm.desired(sliceView(surge, { now: MONDAY + 115, ready: 4 }))).to.equal(8); // 56 ÷ 7 = 2 × 4
  });

  it("counts requests that wait and not those refused", () => {
    // One task of ten slots, all busy, is offered twice what it serves; those accepted take 0.5 s: 100 × 0.5 in flight.
    const overloaded = { requestRate: 200, requestRatePerTask: 200, cpuUtilization: 1, responseTime: 0.5 };
    expect(fresh().desired(sliceView([overloaded], { ready: 1 }))).to.equal(Math.ceil(50 / 7));
  });

  it("never goes to zero, nor beyond its bounds, nor anywhere without data", () => {
    expect(story(fresh(0), [[0, 0, 1]])).to.deep.equal([1]);
    expect(story(fresh(3, 5), [[0, 0, 1]])).to.deep.equal([3]);
    expect(story(fresh(3, 5), [[0, 700, 1]])).to.deep.equal([5]);
    expect(fresh().desired(sliceView([], { ready: 4, starting: 2 }))).to.equal(6);
  });

  it("law: in panic the count never falls, whatever is in flight", () => {
    fc.assert(
      fc.property(fc.array(between(0, 500), { minLength: 2, maxLength: 8 }), (loads) => {
        const autoscaler = fresh();
        const counts = story(autoscaler, [
          [0, 500, 2],
          ...loads.map((load, i) => [7 * (i + 1), load, 2] as const),
        ]);
        expect(counts).to.deep.equal(counts.toSorted((a, b) => a - b));
      }),
    );
  });

  it("asks every two seconds, which a replay makes fifteen", () => {
    expect(fresh().interval).to.equal(2);
  });
});
