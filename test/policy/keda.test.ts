import { expect } from "chai";
import { kedaAutoscaler } from "../../policy/keda.ts";
import { MONDAY, minutesOf, view } from "../support/services.ts";

/** Minutes with so many requests a second in all. */
const seen = (rates: readonly number[]) =>
  minutesOf(rates).map((each, i) => ({ ...each, requestRate: rates[i]! }));

/** What a fresh autoscaler for 5 requests a second a task wants `second` seconds after midnight, having seen `rates`. */
const wanted = (rates: readonly number[], second: number, ready: number, other = {}) =>
  kedaAutoscaler(5, 1, 100).desired(view(seen(rates), { now: MONDAY + second, ready, ...other }));

// keda-docs 2.21 scaledobject-spec, aws_cloudwatch_scaler.go, replica_calculator.go.
describe("kedaAutoscaler", () => {
  it("scales on the mean of the last five minutes", () => {
    expect(wanted([900, 10, 20, 30, 40, 50], 600, 4)).to.equal(6); // 30 a second ÷ 5
  });

  it("cuts the five minutes by the clock, so that a period's value stands until the next has ended", () => {
    const rates = [30, 30, 30, 30, 30, 90, 90, 90, 90];
    expect(
      [0, 60, 120, 180, 240].map((late) => wanted(rates.slice(0, 5 + late / 60), 300 + late, 4)),
    ).to.deep.equal([6, 6, 6, 6, 6]);
    expect(wanted([...rates, 90], 600, 10)).to.equal(18);
  });

  it("takes the mean of the minutes that CloudWatch shows already", () => {
    expect(wanted([10, 20, 30, 500, 500], 300, 2, { visible: 3 })).to.equal(4); // 20 a second ÷ 5
  });

  it("counts pods that start, unlike the HPA on CPU, and keeps its tolerance of 10 %", () => {
    const steady = [50, 50, 50, 50, 50]; // needs ten
    expect(wanted(steady, 300, 4, { starting: 6 })).to.equal(10);
    expect([9, 10, 11].map((ready) => wanted(steady, 300, ready))).to.deep.equal([10, 10, 11]);
    const above = kedaAutoscaler(5, 1, 100);
    const at = (second: number) =>
      above.desired(view(seen(new Array(10).fill(50)), { now: MONDAY + 600 + second, ready: 12 }));
    expect([at(0), at(300)]).to.deep.equal([12, 10]); // once what it began with has left the HPA's window
  });

  it("adds at most four pods or 100 % at once, within its bounds", () => {
    expect([1, 6].map((ready) => wanted([500, 500, 500, 500, 500], 300, ready))).to.deep.equal([5, 12]);
    const few = kedaAutoscaler(5, 2, 3);
    expect(few.desired(view(seen([500, 500, 500, 500, 500]), { now: MONDAY + 300 }))).to.equal(3);
  });

  it("goes down after five minutes", () => {
    const autoscaler = kedaAutoscaler(5, 1, 100);
    const at = (second: number) =>
      autoscaler.desired(view(seen(new Array(40).fill(10)), { now: MONDAY + 2400 + second, ready: 8 }));
    autoscaler.desired(view(seen([50, 50, 50, 50, 50]), { now: MONDAY + 2370, ready: 8 })); // recommends ten
    expect([0, 150, 269].map(at)).to.deep.equal([8, 8, 8]);
    expect(at(270)).to.equal(2); // the ten has left the window
  });

  it("looks at CloudWatch every 30 s, though the HPA asks every 15 s", () => {
    const autoscaler = kedaAutoscaler(5, 1, 100);
    expect(autoscaler.interval).to.equal(15);
    const at = (second: number, rate: number) =>
      autoscaler.desired(view(seen(new Array(10).fill(rate)), { now: MONDAY + 600 + second, ready: 10 }));
    expect([at(0, 50), at(15, 100), at(30, 100)]).to.deep.equal([10, 10, 20]);
  });

  it("does nothing without data", () => {
    expect(wanted([], 0, 4)).to.equal(4);
    expect(wanted([500, 500], 120, 4)).to.equal(4); // the first period has not ended
  });
});
