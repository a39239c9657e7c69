import { expect } from "chai";
import fc from "fast-check";
import { burnAlerts, leastBad } from "../../policy/burn-rate.ts";
import type { AvailabilitySlo } from "../../policy/service.ts";

const DAY = 86_400;
const HOUR = 3600;
const slo = (objective: number, days: number): AvailabilitySlo => ({
  kind: "availability",
  name: "availability",
  objective,
  window: days * DAY,
});
const objectives = fc.double({ min: 0.5, max: 0.99999, noNaN: true });
const days = fc.integer({ min: 7, max: 90 });
const rates = fc.double({ min: 1e-6, max: 1e4, noNaN: true });

describe("burnAlerts", () => {
  it("is the workbook's table for 30 d (row 65)", () => {
    const rows = burnAlerts(slo(0.999, 30)).alerts.map(({ name, long, short, factor }) => [
      ...[name, long / HOUR, short / 60],
      Number(factor.toFixed(9)),
    ]);
    expect(rows).to.deep.equal([
      ["page-fast", 1, 5, 14.4],
      ["page-slow", 6, 30, 6],
      ["ticket-fast", 24, 120, 3],
      ["ticket-slow", 72, 360, 1],
    ]);
  });

  it("scales the windows to 7 d, 28 d and any other window, at the same factors (row 67)", () => {
    const minutes = (window: number) =>
      burnAlerts(slo(0.999, window)).alerts.map(({ long, short }) => [long / 60, short / 60]);
    expect(minutes(28)).to.deep.equal([
      [56, 5],
      [336, 28],
      [1344, 112],
      [4032, 336],
    ]);
    expect(minutes(7)).to.deep.equal([
      [14, 5],
      [84, 7],
      [336, 28],
      [1008, 84],
    ]);
    for (const window of [7, 28])
      burnAlerts(slo(0.999, window)).alerts.forEach(({ factor }, i) => {
        expect(factor).to.be.closeTo([14.4, 6, 3, 1][i]!, 1e-9);
      });
    // 9 d are more than an alarm looks back: a week, at a factor that spends the same tenth.
    expect(burnAlerts(slo(0.999, 90)).alerts.at(-1)).to.include({ long: 7 * DAY, factor: (0.1 * 90) / 7 });
  });

  it("fires at one share of the budget whatever the window", () => {
    fc.assert(
      fc.property(days, (window) => {
        const spent = burnAlerts(slo(0.999, window)).alerts.map(
          ({ factor, long }) => (factor * long) / (window * DAY),
        );
        spent.forEach((share, i) => {
          expect(share).to.be.closeTo([0.02, 0.05, 0.1, 0.1][i]!, 1e-12);
        });
      }),
    );
  });

  it("has only alerts that a total outage sets off, a page and a ticket among them (row 68)", () => {
    fc.assert(
      fc.property(objectives, days, (objective, window) => {
        const { alerts } = burnAlerts(slo(objective, window));
        for (const { factor } of alerts) expect(factor * (1 - objective)).to.be.below(1);
        expect(new Set(alerts.map(({ severity }) => severity))).to.deep.equal(new Set(["page", "ticket"]));
      }),
    );
  });

  it("keeps whole minutes, short windows below half the long ones, a week at most, and no alarm within the budget", () => {
    fc.assert(
      fc.property(objectives, days, rates, (objective, window, rate) => {
        for (const { long, short, factor } of burnAlerts(slo(objective, window), rate).alerts) {
          expect([long % 60, short % 60]).to.deep.equal([0, 0]);
          expect(short)
            .to.be.at.least(300)
            .and.at.most(long / 2);
          expect(long).to.be.at.most(7 * DAY);
          expect(factor).to.be.above(0.99); // rounding to minutes moves it by less
        }
      }),
    );
  });

  it("says which alert can never fire, and puts another in its place (row 68)", () => {
    const { alerts, remarks } = burnAlerts(slo(0.8, 28)); // at most 5 times too fast
    expect(alerts.map(({ name }) => name)).to.deep.equal(["page-outage", "ticket-fast", "ticket-slow"]);
    expect(alerts[0]).to.include({ severity: "page", long: 806 * 60 }); // 5 % of 28 d, at 2.5
    expect(alerts[0]!.factor).to.be.closeTo(2.5, 1e-9);
    expect(remarks).to.deep.equal([
      "availability: page-fast can never fire: 14.4 times a budget of 20 % is more than every request failing",
      "availability: page-slow can never fire: 6 times a budget of 20 % is more than every request failing",
      "availability: page-outage stands in for them: it fires at 2.5 times the budget over 13.4 h",
    ]);
  });

  it("SLO-10: wants ten bad requests, or half of all where fewer come, and never acts on a single one (row 69)", () => {
    const daily = burnAlerts(slo(0.999, 28), 40 / DAY);
    expect(daily.alerts.map(({ name, leastBad }) => [name, leastBad])).to.deep.equal([
      ["page-slow", 4], // 9.3 requests in 5.6 h
      ["ticket-fast", 10],
      ["ticket-slow", 10],
    ]);
    expect(daily.remarks).to.deep.equal([
      "availability: page-fast is left out: 1.56 requests are expected in its 0.933 h, and fewer than 2 failures are chance",
    ]);
    fc.assert(
      fc.property(rates, fc.integer({ min: 300, max: 7 * DAY }), (rate, window) => {
        expect(leastBad(rate, window)).to.be.at.least(2).and.at.most(10);
        if (rate * window >= 4) expect(leastBad(rate, window)).to.be.at.most((rate * window) / 2);
      }),
    );
  });
});
