import { expect } from "chai";
import { type AlarmShape, alarmFaults } from "../../adapters/alarm-rules.ts";

const sound: AlarmShape = {
  name: "cart-5xx",
  period: 60,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  statistics: ["Sum"],
  namespaces: ["AWS/ApplicationELB"],
  treatMissingData: "notBreaching",
  actions: 1,
  dimensions: 2,
  queries: [{ id: "errors" }],
};
const expression = (length: number) => ({ id: "share", expression: "1".repeat(length) });
const queries = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `m${i}` }));

const refused: [title: string, wrong: Partial<AlarmShape>, says: RegExp][] = [
  ["NAM-7 256 characters", { name: "x".repeat(256) }, /1 to 255 characters/],
  ["NAM-7 a control character", { name: "cart\u0007" }, /no control characters/],
  ["CW-19 a period of 45", { period: 45 }, /period is 45; 10, 20, 30 or a multiple of 60/],
  ["CW-19 a period of 5", { period: 5 }, /10, 20, 30 or a multiple of 60/],
  ["CW-19 a period of 90", { period: 90 }, /10, 20, 30 or a multiple of 60/],
  ["CW-20 10 s of a balancer's metric", { period: 10 }, /one-minute data/],
  ["CW-21 60 s × 1500", { evaluationPeriods: 1500 }, /90000 s, at most 86400/],
  ["CW-21 3600 s × 200", { period: 3600, evaluationPeriods: 200 }, /720000 s, at most 604800/],
  ["CW-22 5 of 3", { datapointsToAlarm: 5 }, /1 to evaluationPeriods, 3/],
  ["CW-22 0 of 3", { datapointsToAlarm: 0 }, /1 to evaluationPeriods, 3/],
  ["CW-23 p999", { statistics: ["p999"] }, /p99, p99\.9/],
  ["CW-23 p100.1", { statistics: ["p100.1"] }, /p99, p99\.9/],
  ["CW-24 six actions", { actions: 6 }, /1 to 5/],
  ["CW-24 no action", { actions: 0 }, /CloudWatch\.15/],
  ["CW-25 zero", { treatMissingData: "zero" }, /breaching, notBreaching, ignore, missing/],
  ["CW-25 DynamoDB", { namespaces: ["AWS/DynamoDB"] }, /always has ignore/],
  ["CW-28 11 metrics", { queries: queries(11) }, /at most 10 metrics/],
  ["CW-28 2,049 characters", { queries: [expression(2049)] }, /at most 1024 characters/],
  ["CW-28 an id of 1a", { queries: [{ id: "1a" }] }, /lower-case letter/],
  ["CW-30 31 dimensions", { dimensions: 31 }, /at most 30/],
];

describe("alarmFaults", () => {
  for (const [title, wrong, says] of refused)
    it(`refuses ${title}`, () => {
      const faults = alarmFaults({ ...sound, ...wrong });
      expect(faults).to.have.length(1);
      expect(faults[0]).to.match(says);
    });

  it("takes what CloudWatch takes, to the last digit", () => {
    const edges: Partial<AlarmShape>[] = [
      ...[{ name: "x".repeat(255) }, { period: 86_400, evaluationPeriods: 7 }, { evaluationPeriods: 1440 }],
      ...[{ queries: queries(10) }, { queries: [expression(1024)] }, { dimensions: 30 }, { actions: 5 }],
      { period: 10, namespaces: ["Shop"] },
      { statistics: ["p99", "p99.99", "p100", "TC(:0.5)", "PR(:300)", "tm90", "SampleCount"] },
    ];
    for (const edge of edges) expect(alarmFaults({ ...sound, ...edge })).to.deep.equal([]);
  });
});
