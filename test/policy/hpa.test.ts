import { expect } from "chai";
import { hpaAutoscaler } from "../../policy/hpa.ts";
import { MONDAY, minutesOf, sliceView } from "../support/services.ts";

/** Two slices, of which it sees the first. */
const twice = (utilization: number) => minutesOf([utilization, utilization]);

/** A fresh autoscaler for 50 % CPU that looks once at `utilization`. */
const wanted = (utilization: number, ready: number, starting = 0) =>
  hpaAutoscaler(0.5, 1, 100).desired(sliceView(twice(utilization), { ready, starting }));

// Defaults and rules: kubernetes pkg/controller/podautoscaler/replica_calculator.go.
describe("hpaAutoscaler", () => {
  it("looks every fifteen seconds, at what was scraped the fifteen before: no CloudWatch makes it wait", () => {
    expect(hpaAutoscaler(0.5, 1, 100).interval).to.equal(15);
    const seen = minutesOf([0.1, 0.1, 0.9, 0.1]);
    expect(hpaAutoscaler(0.5, 1, 100).desired(sliceView(seen))).to.equal(8); // ⌈1.8 × 4⌉
  });

  it("keeps the count within a tolerance of 10 %", () => {
    expect([0.46, 0.5, 0.54].map((utilization) => wanted(utilization, 10))).to.deep.equal([10, 10, 10]);
    expect(wanted(0.56, 10)).to.equal(12); // ⌈1.12 × 10⌉
    const fewer = hpaAutoscaler(0.5, 1, 100);
    const at = (second: number) => fewer.desired(sliceView(twice(0.44), { now: MONDAY + second, ready: 10 }));
    expect([at(0), at(300)]).to.deep.equal([10, 9]); // ⌈0.88 × 10⌉, once what it began with has left the window
  });

  it("adds at most four pods or 100 %, whichever is more", () => {
    expect([1, 3, 10].map((ready) => wanted(5, ready))).to.deep.equal([5, 7, 20]);
  });

  it("counts pods that are not ready yet as idle when it scales up", () => {
    expect(wanted(0.75, 4, 4)).to.equal(8); // 1.5 × 4 ÷ 8 = 0.75: no more than there are
    expect(wanted(1.5, 4, 4)).to.equal(12); // 3 × 4 ÷ 8 = 1.5
  });

  it("goes down to the largest recommendation of the last five minutes", () => {
    const autoscaler = hpaAutoscaler(0.5, 1, 100);
    const at = (second: number, utilization: number, ready: number) =>
      autoscaler.desired(sliceView(twice(utilization), { now: MONDAY + second, ready }));
    expect(at(0, 0.5, 10)).to.equal(10);
    expect(at(15, 0.3, 10)).to.equal(10); // 6 recommended, 10 within the window
    expect(at(30, 0.1, 10)).to.equal(10);
    expect(at(299, 0.1, 10)).to.equal(10);
    expect(at(300, 0.1, 10)).to.equal(6); // the 10 has left the window
    expect(at(315, 0.1, 6)).to.equal(2); // ⌈0.2 × 10⌉, recommended at second 30
  });

  it("takes the count that it finds for the first recommendation", () => {
    const autoscaler = hpaAutoscaler(0.5, 1, 100);
    const at = (second: number) =>
      autoscaler.desired(sliceView(twice(0.1), { now: MONDAY + second, ready: 10 }));
    expect([0, 15, 285, 300].map(at)).to.deep.equal([10, 10, 10, 2]);
  });

  it("keeps within its bounds and does nothing without data", () => {
    const few = hpaAutoscaler(0.5, 3, 6);
    const at = (second: number) => few.desired(sliceView(twice(0.1), { now: MONDAY + second, ready: 4 }));
    expect([at(0), at(300)]).to.deep.equal([4, 3]);
    expect(hpaAutoscaler(0.5, 3, 6).desired(sliceView(twice(2), { ready: 4 }))).to.equal(6);
    expect(hpaAutoscaler(0.5, 3, 6).desired(sliceView([], { ready: 4 }))).to.equal(4);
  });
});
