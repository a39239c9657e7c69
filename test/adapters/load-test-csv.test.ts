import { expect } from "chai";
import fc from "fast-check";
import { isBadInput } from "../../adapters/bad-input.ts";
import { type LoadTestOptions, parseLoadTest, readLoadTest } from "../../adapters/load-test-csv.ts";

const HEADER = "offered_rps,achieved_rps,p50_ms,p99_ms";
const ROWS = ["10,10,20,50", "20,20,22,60", "30,29.9,30,90"];

const table = (rows: readonly string[], header = HEADER) => [header, ...rows].join("\n");
const parse = (text: string, options: Partial<LoadTestOptions> = {}) =>
  parseLoadTest(text, "cart.csv", options);

function faults(text: string, options: Partial<LoadTestOptions> = {}): string {
  try {
    parse(text, options);
  } catch (error) {
    if (isBadInput(error)) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a load test", () => {
  it("is read into requests per second, seconds and ratios", () => {
    const header = "offered_rpm,achieved_rpm,mean_s,p50_ms,p99.9_us,cpu_percent,error_percent,tasks";
    expect(parse(table(["600,540,0.3,250,900000,80,2,3"], header)).observations).to.deep.equal([
      {
        ...{ label: "line 2", arrivalRate: 10, throughput: 9, tasks: 3, errors: 0.02, cpu: 0.8 },
        responses: [
          { of: "mean", time: 0.3 },
          { of: 0.5, time: 0.25 },
          { of: 0.999, time: 0.9 },
        ],
      },
    ]);
  });

  it("takes p999 for p99.9, and an empty cell for unknown", () => {
    const { responses } = parse(table(["10,10,,9"], "offered_rps,achieved_rps,p50_ms,p999_ms"))
      .observations[0]!;
    expect(responses).to.deep.equal([{ of: 0.999, time: 0.009 }]);
  });

  it("refuses what no table of one service has: more answers than requests, more failures", () => {
    expect(faults(table(["10,600,20,50"]))).to.match(
      /^cart\.csv:2:1: 600 requests a second are answered, of 10 offered\. Check the units/,
    );
    expect(faults(table(["10,5"], "offered_rps,error_ratio"))).to.match(/500 % of the requests fail/);
    expect(faults(table(["10,60,700"], "offered_rps,duration_s,errors"))).to.match(/of the requests fail/);
    expect(faults(table(["10,10.4,20,50,"]))).to.equal("accepted");
  });

  it("asks whether percentages that never exceed 1 are ratios", () => {
    const { notes } = parse(table(["10,0.3", "20,0.7"], "offered_rps,cpu_percent"));
    expect(notes.join()).to.include(
      "CPU never exceeds 0.7 %; if that column holds ratios, name it `cpu_ratio`",
    );
  });

  it("counts errors against the requests of its duration", () => {
    const [each] = parse(
      table(["10,10,60s,30,20"], "offered_rps,achieved_rps,duration,errors,p50_ms"),
    ).observations;
    expect(each!.errors).to.equal(30 / 600);
  });

  it("reads timestamps in ISO 8601 as traces do, and percentages with their sign", () => {
    const header = "rps,timestamp,memory_mb,error_percent,cpu_percent";
    const { memory, observations } = parse(
      table(["1,2026-02-01T00:00:00Z,100,0%,80 %", "2,2026-02-01 01:00+01:00,101,1%,90%"], header),
    );
    expect(memory.map(({ time }) => time)).to.deep.equal([1769904000, 1769904000]);
    expect(observations.map(({ errors, cpu }) => [errors, cpu])).to.deep.equal([
      [0, 0.8],
      [0.01, 0.9],
    ]);
    expect(faults(table(["1,2026-13-01"], "rps,timestamp"))).to.match(/no such moment/);
    expect(faults(table(["1,80%"], "rps,cpu_ratio"))).to.match(/must be a finite number/); // 80, or 0.8?
  });

  it("leaves out the warm-up and says so", () => {
    const { observations, notes } = parse(table(ROWS), { warmup: 1 });
    expect(observations.map(({ label }) => label)).to.deep.equal(["line 3", "line 4"]);
    expect(notes.join()).to.match(/first 1 row\(s\) are left out as warm-up/);
  });

  it("says what it ignores, and what it cannot tell", () => {
    const { notes } = parse(table(["10,wrk,20"], "rps,tool,p50_ms"));
    expect(notes.join("\n"))
      .to.match(/1 column\(s\) are ignored: tool/)
      .and.match(/no offered rate/);
  });

  it("reads semicolons, quotes, CRLF and a byte order mark as recordings do", () => {
    const text = `\uFEFF"offered_rps";p50_ms\r\n10;"20"\r\n\r\n`;
    expect(parse(text).observations).to.have.lengthOf(1);
  });

  it("takes what four task counts or more serve past saturation, not where the load generator halted", () => {
    const past = [1, 2, 4, 8].map((tasks) => `${20 * tasks},${10 * tasks},${tasks}`);
    const table = (...rows: readonly string[]) =>
      parse(["offered_rps,achieved_rps,tasks", "5,5,1", ...rows, ""].join("\n"));
    const { scaling, scaledBy } = table(...past, "200,32,8");
    expect(scaledBy).to.equal("tasks");
    expect(scaling).to.deep.equal([1, 2, 4, 8].map((n) => ({ n, throughput: 10 * n })));
  });

  it("takes users, threads or processors that differ for a curve of scalability", () => {
    expect(readLoadTest("test/fixtures/latency/specsdm91.csv").scaling[1]).to.deep.equal({
      n: 18,
      throughput: 995.9,
    });
    expect(readLoadTest("test/fixtures/latency/node-mysql2-rc13.csv").scaling).to.deep.equal([]); // 200 connections throughout
  });

  it("reads a throughput by the minute as one", () => {
    for (const name of [
      "throughput_rpm",
      "throughput_per_minute",
      "throughput_requests_per_min",
      "throughput (req/min)",
    ])
      expect(parse(table(["600,20"], `${name},p50_ms`)).observations[0]!.throughput, name).to.equal(10);
    for (const rate of ["rpm", "cart_rpm", "requests_per_minute"])
      expect(parse(table(["600,20"], `${rate},p50_ms`), { rate }).observations[0]!.throughput, rate).to.equal(
        10,
      );
  });

  it("takes the column named for its rate", () => {
    const [each] = parse(table(["1,100,200"], "cpus,rps_0kb,rps_1kb"), { rate: "rps_1kb" }).observations;
    expect(each!.throughput).to.equal(200);
  });

  it("throws nothing but BadInput, whatever the text", () => {
    const cell = fc.oneof(
      fc.constantFrom("", "10", "NaN", "1e400", "-1", "p50_ms", "offered_rps", '"', "1,5"),
      fc.string(),
    );
    const rows = fc.array(
      fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(",")),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(rows, (lines) => void faults(table(lines))),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(rows, (lines) => void faults(lines.join("\n"))),
      { numRuns: 200 },
    );
  });
});

describe("a load test is refused", () => {
  const cases: readonly [string, string, RegExp][] = [
    ["LT-1 when it is empty", "", /empty; a header and a row for each rate/],
    ["LT-1 with a header only", HEADER, /0 row\(s\); at least 3 rates/],
    [
      "LT-2 with p99 below p50",
      table([...ROWS, "40,40,80,70"]),
      /cart\.csv:5:1: p99 is 70 ms and p50 is 80 ms; a higher percentile is never shorter.*columns are swapped/,
    ],
    [
      "LT-5 with errors of unknown many requests",
      table(["10,10,3"], "offered_rps,achieved_rps,errors"),
      /errors is 3.*`error_percent`/,
    ],
    ["LT-7 with a time without a unit", table(["10,250"], "offered_rps,p99"), /"p99" has no unit.*`p99_ms`/],
    [
      "LT-7 with a time in an unknown unit",
      table(["10,250"], "offered_rps,p99_min"),
      /"p99_min" has an unknown unit/,
    ],
    [
      "LT-7 with a throughput by the hour beside times",
      table(["36000,20"], "throughput_requests_per_hour,p50_ms"),
      /counts hours or days.*`achieved_rps`/,
    ],
    [
      "LT-7 with a throughput by the hour in brackets",
      table(["36000,20"], "throughput (req/h),p50_ms"),
      /counts hours or days/,
    ],
    [
      "LT-7 with CPU without a unit",
      table(["10,25"], "offered_rps,cpu"),
      /"cpu" has no unit; write `cpu_percent` or `cpu_ratio`/,
    ],
    [
      "with nothing to fit, such as traffic",
      table(["0,10", "60,12", "120,14"], "timestamp,requests_per_second"),
      /cart\.csv: no row holds what can be fitted.*`p50_ms`/,
    ],
    [
      "with decimal commas among commas",
      table(["10,10,20,5,50"]),
      /cart\.csv:2:12: the row has 5 fields, and the header 4; a decimal comma/,
    ],
    ["without a rate", table(["1"], "p50_ms"), /must name a rate.*`offered_rps/],
    ["with a percentile of 100", table(["10,1"], "rps,p100_ms"), /"p100_ms" is no percentile/],
    ["with one column twice", table(["10,1,1"], "rps,p50_ms,p50_s"), /"p50_s" repeats/],
    [
      "with a rate of 0",
      table(["0,0,1,1"]),
      /cart\.csv:2:1: offered_rps is "0"; it must be a finite number above 0/,
    ],
    ["with text for a time", table(["1,1,fast,1"]), /cart\.csv:2:5: p50_ms is "fast"/],
    ["with a decimal comma", table(['1;1;"2,5";3'], HEADER.replaceAll(",", ";")), /decimal commas/],
    [
      "with a decimal comma in a percentage",
      table(["1;9,77 %"], "rps;error_percent"),
      /error_percent is "9,77 %"; decimal commas are not read/,
    ],
    [
      "with a comma that may be of thousands, by which 1,200 ms would become 1.2 ms",
      table(['1,"1,200"'], "rps,p50_ms"),
      /p50_ms is "1,200"; its comma is ambiguous; write `1200` or `1\.200`/,
    ],
    [
      "with thousands separators",
      table(['1,"1,200.5"'], "rps,p50_ms"),
      /p50_ms is "1,200\.5"; thousands separators are not read; write the digits alone/,
    ],
    ["with part of a task", table(["1,1.5"], "rps,tasks"), /tasks are whole/],
    [
      "with a duration without a unit",
      table(["1,300"], "rps,duration"),
      /duration is "300"; it must be a time with its unit/,
    ],
  ];
  for (const [title, text, rule] of cases)
    it(title, () => {
      expect(faults(text)).to.match(rule);
    });

  it("with a rate column that is not there", () => {
    expect(faults(table(ROWS), { rate: "achieved" })).to.match(
      /no column "achieved"; did you mean `achieved_rps`/,
    );
  });

  it("with all of its faults at once", () => {
    expect(faults(table(["0,1,5,4", "x,1,1,1", "1,1,1,-1"])).split("\n")).to.have.lengthOf(4);
  });
});
