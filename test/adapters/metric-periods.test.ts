import { expect } from "chai";
import { metricSpans } from "../../adapters/metric-periods.ts";

const NOW = Date.UTC(2026, 10, 25, 10, 7, 31) / 1000;
const DAY = 86_400;
const LAST = Date.UTC(2026, 10, 25, 10, 4) / 1000; // the end: three minutes before now, at a whole minute

describe("metricSpans", () => {
  it("CW-10 ends with the last minute that is complete, three minutes ago", () => {
    expect(metricSpans(NOW, DAY)).to.deep.equal([{ start: LAST - DAY, end: LAST, period: 60 }]);
  });

  it("CW-9 asks at whole periods, so that CloudWatch rounds nothing and a rerun asks the same", () => {
    for (const days of [1, 14, 16, 40, 63, 70, 400, 455, 1000]) {
      const spans = metricSpans(NOW, days * DAY);
      spans.forEach(({ start, end, period }, i) => {
        expect(start % period).to.equal(0);
        expect((end - start) % period, `${days} d, span ${i}`).to.equal(0);
        expect(end).to.equal(spans[i + 1]?.start ?? LAST);
      });
      expect(metricSpans(NOW + 20, days * DAY)).to.deep.equal(spans);
    }
  });

  it("asks each part at the finest period that is kept for it, and for nothing older than is kept", () => {
    const kept = { 60: 15, 300: 63, 3600: 455 };
    for (const days of [14, 30, 100, 500]) {
      const spans = metricSpans(NOW, days * DAY);
      for (const { start, period } of spans) expect(NOW - start).to.be.at.most(kept[period] * DAY);
      for (const finer of spans.slice(1))
        expect(NOW - finer.start).to.be.above((kept[finer.period] - 0.1) * DAY);
    }
    expect(metricSpans(NOW, 100 * DAY).map(({ period }) => period)).to.deep.equal([3600, 300, 60]);
  });
});
