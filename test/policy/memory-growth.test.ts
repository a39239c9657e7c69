import { expect } from "chai";
import { memoryGrowth } from "../../policy/memory-growth.ts";

const HALF_HOUR = 1800;

describe("memoryGrowth", () => {
  it("CAP-14 is the MB an hour that a leak adds, whatever the load does meanwhile", () => {
    const rates = [10, 30, 10, 20, 30, 20, 10, 30];
    const samples = rates.map((rate, i) => {
      const memory = 200 + 2 * rate + 25 * i + (i % 2);
      return { time: HALF_HOUR * i, rate, memory };
    });
    expect(memoryGrowth(samples)).to.be.within(45, 50); // 25 MB each half hour, at the lower end of its interval
  });

  it("is 0 when memory follows the load alone", () => {
    const samples = [10, 30, 10, 20, 30, 20].map((rate, i) => ({
      time: HALF_HOUR * i,
      rate,
      memory: 200 + 2 * rate,
    }));
    expect(memoryGrowth(samples)).to.equal(0);
  });

  it("is 0 when time and load rise together: one cannot be told from the other", () => {
    const samples = [1, 2, 3, 4, 5].map((i) => ({ time: HALF_HOUR * i, rate: 10 * i, memory: 200 + 25 * i }));
    expect(memoryGrowth(samples)).to.equal(0);
  });
});
