import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { isBadInput } from "../../adapters/bad-input.ts";
import { parseTrace, readTrace, type TraceOptions } from "../../adapters/trace-csv.ts";
import { demandHistory } from "../../policy/demand.ts";

const NOW = Date.UTC(2026, 10, 23) / 1000;
const START = NOW - 40 * 86_400;

/** Rows at a step of a minute; `rate(i)` as text. */
const minutes = (count: number, rate: (i: number) => string | number, start = START, step = 60) =>
  Array.from({ length: count }, (_, i) => `${start + i * step},${rate(i)}`);
const wavy = (i: number) => 10 + (i % 7);
const csv = (rows: readonly string[], header = "timestamp,requests_per_second") =>
  [header, ...rows].join("\n");
const parse = (text: string, options: Partial<TraceOptions> = {}) =>
  parseTrace(text, "shop.csv", { now: NOW, ...options });
const notes = (text: string, options: Partial<TraceOptions> = {}) => parse(text, options).notes.join("\n");
const faults = (text: string, options: Partial<TraceOptions> = {}) => {
  try {
    parse(text, options);
  } catch (error) {
    if (isBadInput(error)) return error.message;
    throw error;
  }
  return "accepted";
};
const cut = (rows: readonly string[], from: number, length: number) => [
  ...rows.slice(0, from),
  ...rows.slice(from + length),
];
const week = minutes(15 * 1440, (i) => 10 + (i % 1440) / 100);

describe("a trace is refused", () => {
  const refused: readonly [string, string, RegExp][] = [
    [
      "TRC-1 without a header",
      csv(minutes(5, wavy), "1,2"),
      /shop\.csv:1:1: the header is "1,2"; it must name a time \(timestamp/,
    ],
    ["TRC-1 with another header", csv(minutes(5, wavy), "when,hits"), /the header is "when,hits"/],
    ["TRC-2 when it is empty", "", /empty.*two rows/],
    ["TRC-2 with a header only", csv([]), /0 row.*two rows.*`step: 60 s`/],
    ["TRC-2 with one row", csv(minutes(1, wavy)), /1 row.*`step: 60 s`/],
    ["TRC-3 with decimal commas", "timestamp;rps\n1;2,5\n2;2,5", /shop\.csv:2:3.*decimal commas/],
    ["TRC-3 with a comma that may be either", "timestamp;rps\n1;2,500", /`2500` or `2\.500`/],
    ["TRC-3 with thousands' commas", 'timestamp,rps\n1,"1,234.5"', /thousands separators are not read/],
    ["TRC-3 with thousands' spaces", "timestamp;rps\n1;1 234,5", /thousands separators are not read/],
    ["TRC-3 with thousands' points", "timestamp;rps\n1;1.234.567,5", /thousands separators are not read/],
    [
      "TRC-4 with a negative rate",
      csv([...minutes(3, wavy), `${START + 180},-3`]),
      /shop\.csv:5:12: the rate is "-3"; a rate is at least 0/,
    ],
    [
      "TRC-4 with an infinite rate",
      csv([...minutes(3, wavy), `${START + 180},inf`]),
      /shop\.csv:5:12: the rate is "inf"/,
    ],
    [
      "TRC-4 with text",
      csv([...minutes(3, wavy), `${START + 180},n/a`]),
      /the rate is "n\/a".*leave it empty/,
    ],
    [
      "TRC-5 in milliseconds",
      csv(minutes(5, wavy, START * 1000, 60_000)),
      /looks like milliseconds.*`unit: ms`/,
    ],
    ["TRC-5 in nanoseconds", csv(minutes(5, wavy, 1_700_000_000_000_000_000, 60e9)), /nanoseconds/],
    [
      "TRC-6 with both ISO and seconds",
      csv(["2026-10-01T00:00Z,1", `${START},2`]),
      /shop\.csv:3:1.*ISO 8601.*one form/,
    ],
    [
      "TRC-1 with two rates, of which one would be taken unsaid",
      csv(
        minutes(20, (i) => `${wavy(i)},${60 * wavy(i)}`),
        "timestamp,rps,rpm",
      ),
      /shop\.csv:1:1: the header has timestamp, rps, rpm: one time and one rate/,
    ],
    [
      "TRC-3 with decimal commas among commas, which would cut each rate at its comma",
      csv(minutes(20, (i) => `${wavy(i)},5`)),
      /shop\.csv:2:15: the row has 3 fields, and the header 2; a decimal comma/,
    ],
    ["TRC-6 with slashes", csv(["01/02/2026,1", "01/02/2026,2"]), /day and month are ambiguous/],
    [
      "TRC-6 with slashes and the year first, as CloudWatch's console exports",
      csv(["2026/11/01 00:00:00,1", "2026/11/01 00:01:00,2"]),
      /timestamp is "2026\/11\/01 00:00:00"; slashes are not read; write ISO 8601/,
    ],
    [
      "TRC-6 on a day that does not exist",
      csv(["2026-02-30T00:00Z,1", "2026-03-01T00:00Z,2"]),
      /no such moment/,
    ],
    [
      "TRC-7 with two rates for one time",
      csv([...minutes(3, wavy), `${START},99`]),
      /shop\.csv:5:1.*lines 2 and 5 give it different rates/,
    ],
    [
      "TRC-7 with the hour of summer time's end twice",
      csv(["2026-10-25T02:00:00,1", "2026-10-25T02:01:00,2", "2026-10-25T02:00:00,3"]),
      /summer time ends; write UTC/,
    ],
    [
      "TRC-8 with more than 10 % missing",
      csv(cut(minutes(100, wavy), 40, 15)),
      /15\.0 % of its rows are missing/,
    ],
    [
      "TRC-9 at odd times",
      csv([0, 10, 75, 90, 200, 230].map((time) => `${START + time},1`)),
      /not at a constant step: 1\d s|65 s/,
    ],
    [
      "TRC-10 with a step of two hours",
      csv(minutes(20, wavy, START, 7200)),
      /step is 7200 s; at most one hour/,
    ],
    [
      "TRC-9 with a coarser step at first, as CloudWatch keeps what is old",
      csv([...minutes(500, wavy, START, 300), ...minutes(1000, wavy, START + 500 * 300)]),
      /57\.1 % of its rows are missing at a step of 60 s: 60 s × 999, 300 s × 500;.*resample/,
    ],
    ["TRC-12 of zeros", csv(minutes(20, () => 0)), /every rate is 0/],
    ["TRC-15 that ends in the future", csv(minutes(20, wavy, NOW)), /in the future/],
    [
      "TRC-19 that is cumulative",
      csv(minutes(100, (i) => 1000 + 37 * i + (i % 3))),
      /looks cumulative.*`kind: counter`/,
    ],
  ];
  for (const [title, text, message] of refused)
    it(title, () => {
      expect(faults(text)).to.match(message);
    });

  it("TRC-2 with a step declared that its rows do not have", () => {
    const text = csv(minutes(20, wavy));
    expect(faults(text, { step: 120 })).to.match(/`step` is 120 s, and its rows are 60 s apart.*Remove it/);
    expect(faults(text, { step: 60 })).to.equal("accepted");
  });

  it("TRC-4 with all its faults at once", () => {
    expect(faults(csv(["1,-1", "x,2", "3,y"])).split("\n")).to.have.length(3);
  });

  it("TRC-4 with the first 50 faults and a count", () => {
    const lines = faults(csv(minutes(80, () => "-1"))).split("\n");
    expect(lines).to.have.length(51);
    expect(lines.at(-1)).to.equal("… and 30 more");
  });
});

describe("a trace is read", () => {
  const plain = parse(csv(minutes(20, wavy))).trace;
  const lines = minutes(20, wavy);
  const same: readonly [string, string][] = [
    ["TRC-1 with another known header", csv(lines, "time,rps")],
    ["TRC-1 with upper case in the header", csv(lines, "Timestamp_Seconds,RPS")],
    ["TRC-3 with CRLF", csv(lines).replaceAll("\n", "\r\n")],
    ["TRC-3 after a byte order mark", `\uFEFF${csv(lines)}`],
    ["TRC-3 with quoted fields", csv(lines.map((line) => `"${line.replace(",", '","')}"`))],
    ["TRC-3 with blank lines at the end", `${csv(lines)}\n\n\n`],
    ["TRC-3 separated by tabs", csv(lines).replaceAll(",", "\t")],
    ["TRC-7 out of order", csv(lines.toReversed())],
    ["TRC-7 with equal duplicates", csv([...lines, lines[3]!])],
    [
      "TRC-16 as counts a minute",
      csv(
        minutes(20, (i) => 60 * wavy(i)),
        "timestamp,requests_per_minute",
      ),
    ],
    [
      "TRC-5 in milliseconds under a header that says so",
      csv(minutes(20, wavy, START * 1000, 60_000), "timestamp_ms,rps"),
    ],
  ];
  for (const [title, text] of same)
    it(title, () => {
      expect(parse(text).trace).to.deep.equal(plain);
    });

  it("TRC-1 with a column more, and says so", () => {
    const { trace, notes } = parse(
      csv(
        lines.map((line) => `${line},x`),
        "timestamp,rps,host",
      ),
    );
    expect(trace).to.deep.equal(plain);
    expect(notes.join()).to.match(/1 column/);
  });

  it("TRC-2 with one row where the step is declared", () => {
    expect(parse(csv([`${START},5`]), { step: 60 }).trace).to.deep.equal({
      start: START,
      step: 60,
      rates: [5],
    });
  });

  it("TRC-3 gzipped", () => {
    const folder = mkdtempSync(join(tmpdir(), "setpoint-"));
    try {
      writeFileSync(join(folder, "shop.csv.gz"), gzipSync(csv(lines)));
      expect(readTrace(join(folder, "shop.csv.gz"), { now: NOW }).trace).to.deep.equal(plain);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("TRC-5 in milliseconds where the unit is declared", () => {
    expect(parse(csv(minutes(20, wavy, START * 1000, 60_000)), { unit: "ms" }).trace).to.deep.equal(plain);
  });

  it("TRC-6 as UTC when the zone is missing, with one note", () => {
    const { trace, notes } = parse(csv(["2026-10-01T00:00:00,1", "2026-10-01T00:01:00,2"]));
    expect(trace.start).to.equal(Date.UTC(2026, 9, 1) / 1000);
    expect(notes.filter((note) => note.includes("read as UTC"))).to.have.length(1);
  });

  it("TRC-6 with an offset", () => {
    expect(parse(csv(["2026-10-01T02:00:00+02:00,1", "2026-10-01T02:01:00+0200,2"])).trace.start).to.equal(
      Date.UTC(2026, 9, 1) / 1000,
    );
  });

  it("TRC-4 TRC-8 with empty and NaN values bridged by a line", () => {
    const rates = [10, "", "NaN", 40, ...Array.from({ length: 30 }, () => 40)];
    const { trace, notes } = parse(csv(minutes(rates.length, (i) => rates[i]!)));
    expect(trace.rates.slice(0, 4)).to.deep.equal([10, 20, 30, 40]);
    expect(notes.join()).to.match(/1 gap.*bridged/);
  });

  it("TRC-8 with half an hour missing, filled from the week before", () => {
    const whole = parse(csv(week)).trace.rates;
    const { trace, notes } = parse(csv(cut(week, 10 * 1440 + 600, 30)));
    expect(trace.rates).to.deep.equal(whole); // each day is alike
    expect(notes.join()).to.match(/filled from the same time a week before/);
  });

  it("TRC-8 with three hours missing: the day is excluded", () => {
    const odd = week.map((line, i) => (Math.floor(i / 1440) === 10 ? line.replace(/,.*/, ",999") : line));
    const { trace, notes } = parse(csv(cut(odd, 10 * 1440 + 600, 180)));
    expect(Math.max(...trace.rates)).to.be.below(999); // what that day held teaches nothing
    expect(notes.join()).to.match(/excluded/);
  });

  it("TRC-8 with what no other week tells of, drawn as a line and said to be; the rest of that day stays", () => {
    for (const [title, rows, missing] of [
      ["half an hour", 30, "30 min"],
      ["three hours", 180, "180 min"],
    ] as const) {
      const days = week
        .slice(0, 3 * 1440)
        .map((line, i) => (i === 1440 ? line.replace(/,.*/, ",999") : line));
      const { trace, notes } = parse(csv(cut(days, 1440 + 600, rows)));
      expect(trace.rates[1440], title).to.equal(999);
      expect(notes.join(), title).to.match(
        new RegExp(`1 gap.*no other week tells all of: drawn as a straight line .*\\(${missing}\\)`),
      );
      expect(notes.join(), title).not.to.match(/excluded|filled/);
    }
  });

  it("TRC-10 with a step of an hour and a little, as a recorder that sleeps for an hour has it", () => {
    const { trace, notes } = parse(csv(minutes(48, () => 5, START, 3601)));
    expect([trace.step, trace.rates.length]).to.deep.equal([3600, 48]);
    expect(notes.join()).to.match(/uneven times; resampled to every 3600 s/);
  });

  it("TRC-11 with a step that does not divide a minute: each row counts for as long as it holds", () => {
    const { trace, notes } = parse(csv(minutes(8, (i) => [40, 40, 10, 100][i % 4]!, START, 45)));
    // A minute is 45 s and 15 s, 30 s and 30 s, or 15 s and 45 s of two rows.
    expect(trace.rates).to.deep.equal([40, 25, 77.5, 40, 25, 77.5]);
    expect(notes.join()).to.match(/within a minute the rate reaches 1\.3 × the minute's mean/);
  });

  it("TRC-9 with jitter, resampled to the median step", () => {
    const times = [0, 58, 119, 179, 240, 301, 360];
    const { trace, notes } = parse(csv(times.map((time) => `${START + time},5`)));
    expect(trace.step).to.be.oneOf([60, 61]);
    expect(notes.join()).to.match(/uneven times/);
  });

  it("TRC-9 with jitter of which the median is off, without gaps where no row is missing", () => {
    const times = Array.from({ length: 600 }, (_, i) => 60 * i + [0, -2, 1][i % 3]!); // 58, 63 and 59 s apart
    const { trace, notes } = parse(csv(times.map((time, i) => `${START + time},${5 + (i % 7)}`)));
    expect(trace).to.deep.include({ step: 60, rates: times.map((_, i) => 5 + (i % 7)) });
    expect(notes.join())
      .to.match(/resampled to every 60 s/)
      .and.not.include("gap");
  });

  it("TRC-10 with a step of an hour, kept, and its plan says what is unknown", () => {
    const { trace } = parse(csv(minutes(24 * 15, wavy, START, 3600)));
    expect(trace.step).to.equal(3600);
    expect(demandHistory({ kind: "history", trace, growth: 0 }).assumptions.join()).to.match(/interpolated/);
  });

  it("TRC-11 with a step of a second, averaged to minutes", () => {
    const { trace, notes } = parse(csv(minutes(600, (i) => (i % 60 === 0 ? 61 : 1), START, 1)));
    const { shapes, ...minutesOnly } = trace;
    expect(minutesOnly).to.deep.equal({ start: START, step: 60, rates: Array.from({ length: 10 }, () => 2) });
    expect(shapes).to.deep.equal(
      Array.from({ length: 10 }, (_, minute) => ({ minute, shape: [3.5, 0.5, 0.5, 0.5, 0.5, 0.5] })),
    );
    expect(notes.join()).to.match(
      /30\.5 × the minute's mean, in 10 of 10 minutes by more than chance: so they are rehearsed/,
    );
  });

  it("TRC-16 TRC-19 as a counter where that is declared, a reset included", () => {
    const total = [0, 600, 1200, 60, 660];
    const { trace, notes } = parse(csv(minutes(total.length, (i) => total[i]!)), { kind: "counter" });
    expect(trace.rates).to.deep.equal([10, 10, 1, 10]);
    expect(notes.join()).to.match(/1 time\(s\) starting again/);
  });

  it("TRC-19 as a rate that never falls where that is declared", () => {
    expect(parse(csv(minutes(100, (i) => i)), { kind: "rate" }).trace.rates[99]).to.equal(99);
  });

  it("counting from its own start, as if that were a Thursday", () => {
    const { trace, notes } = parse(csv(minutes(20, wavy, 0)));
    expect(new Date(trace.start * 1000).getUTCDay()).to.equal(4);
    expect(notes.join()).to.match(/Thursday/);
  });

  const noted: readonly [string, string, RegExp][] = [
    ["TRC-7 out of order", csv(lines.toReversed()), /sorted/],
    ["TRC-12 when it is constant", csv(minutes(20, () => 5)), /constant/],
    [
      "TRC-13 when it has a spike",
      csv(minutes(2000, (i) => (i === 900 ? 10_000 : 5 + (i % 2)))),
      /(1667|2000) × the median/,
    ],
    ["TRC-14 when it is short", csv(minutes(30, wavy)), /30 minutes.*needs 14 d/],
    ["TRC-15 when it is old", csv(minutes(1500, wavy, NOW - 5 * 365 * 86_400)), /4 years ago/],
  ];
  for (const [title, text, message] of noted)
    it(`${title}, with a note`, () => {
      expect(notes(text)).to.match(message);
    });

  it("TRC-18 block by block, however long it is", () => {
    const folder = mkdtempSync(join(tmpdir(), "setpoint-"));
    const count = 100_000; // 1.4 MB, more than one block of a mebibyte
    try {
      writeFileSync(join(folder, "long.csv"), csv(minutes(count, wavy, NOW - count * 60)));
      const { rates } = readTrace(join(folder, "long.csv"), { now: NOW }).trace;
      expect(rates).to.deep.equal(Array.from({ length: count }, (_, i) => wavy(i)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("back from its own rows", () => {
    const rates = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(rates, (rates) => {
        expect(parse(csv(minutes(rates.length, (i) => rates[i]!)), { kind: "rate" }).trace).to.deep.equal({
          start: START,
          step: 60,
          rates,
        });
      }),
    );
  });

  it("or refused as a bad input, whatever the text", () => {
    fc.assert(fc.property(fc.string(), (text) => void faults(text)));
    const cell = fc.oneof(
      fc.double().map(String),
      fc.constantFrom("", "NaN", "-1", '"', "2026-01-01", "\uFEFF"),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell)),
        (rows) => void faults(csv(rows.map((row) => row.join(",")))),
      ),
    );
  });

  it("or refused as a bad input, whatever its times and rates", () => {
    const rows = fc.array(
      fc.tuple(fc.double({ min: 0, max: NOW, noNaN: true }), fc.double({ min: 0, noNaN: true })),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(rows, (rows) => {
        void faults(csv(rows.map((row) => row.join(","))));
      }),
    );
  });
});
