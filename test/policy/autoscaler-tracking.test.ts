import { expect } from "chai";
import { type Autoscaler, awsAutoscaler } from "../../policy/autoscaler.ts";
import { AWS_LOOP } from "../../policy/aws-loop.ts";
import { type Plant, replay } from "../../policy/replay.ts";
import type { ScheduledAction, TargetTracking } from "../../policy/scaling-plan.ts";
import { controlsOf, MONDAY, minutesOf, view } from "../support/services.ts";

const cpu: TargetTracking = {
  name: "cpu",
  metric: "cpuUtilization",
  setpoint: 0.5,
  disableScaleIn: false,
  scaleOutCooldown: 300,
  scaleInCooldown: 300,
};
const load: TargetTracking = { ...cpu, name: "load", metric: "requestRatePerTask", setpoint: 10 };

const tracking = (...policies: TargetTracking[]) => awsAutoscaler(controlsOf({ tracking: policies }));

const row = (utilization: number, count: number) => minutesOf(new Array<number>(count).fill(utilization));

describe("awsAutoscaler, target tracking", () => {
  it("scales out on three datapoints in a row above the target, to the ceiling of the proportion", () => {
    expect(tracking(cpu).desired(view(row(0.9, 2)))).to.equal(4);
    expect(tracking(cpu).desired(view(minutesOf([0.9, 0.5, 0.9])))).to.equal(4); // at the target is not above it
    expect(tracking(cpu).desired(view(row(0.9, 3)))).to.equal(Math.ceil((4 * 0.9) / 0.5));
    expect(tracking(cpu).desired(view(minutesOf([0.9, 0.9, 0.6])))).to.equal(5); // the newest counts: ⌈4 × 0.6 ÷ 0.5⌉
  });

  it("sees only what is published", () => {
    expect(tracking(cpu).desired(view(row(0.9, 5), { visible: 2 }))).to.equal(4);
  });

  it("scales in on fifteen datapoints in a row below 90 % of the target", () => {
    const ten = { ready: 10 };
    expect(tracking(cpu).desired(view(row(0.2, 14), ten))).to.equal(10);
    expect(tracking(cpu).desired(view(row(0.45, 15), ten))).to.equal(10); // 0.9 × 0.5 is not below itself
    expect(tracking(cpu).desired(view(row(0.44, 15), ten))).to.equal(9); // ⌈10 × 0.44 ÷ 0.5⌉
    expect(tracking(cpu).desired(view([...row(0.1, 14), ...row(0.22, 1)], ten))).to.equal(5); // newest: ⌈4.4⌉
    expect(tracking(cpu).desired(view(row(0, 15), ten))).to.equal(1);
  });

  it("computes within the scale-out cooldown on the count it started from and adds only the excess", () => {
    const autoscaler = tracking(cpu);
    expect(autoscaler.desired(view(row(0.9, 3)))).to.equal(8); // base 4
    const pending = { now: MONDAY + 60, starting: 4 };
    expect(autoscaler.desired(view(row(0.9, 4), pending))).to.equal(8); // ⌈4 × 1.8⌉ again: nothing beyond it
    expect(autoscaler.desired(view(row(1, 5), { ...pending, now: MONDAY + 120 }))).to.equal(8); // ⌈4 × 2⌉ is no more
    expect(autoscaler.desired(view(row(1.2, 6), { ...pending, now: MONDAY + 180 }))).to.equal(10); // ⌈4 × 2.4⌉: two more
  });

  it("counts the scale-out cooldown from when the tasks are ready", () => {
    const autoscaler = tracking(cpu);
    const settled = MONDAY + 90;
    expect(autoscaler.desired(view(row(0.9, 3)))).to.equal(8);
    const later = (now: number) => autoscaler.desired(view(row(0.6, 9), { now, ready: 8, settled }));
    expect(later(MONDAY + 120)).to.equal(8); // base 4: ⌈4.8⌉
    expect(later(settled + 299)).to.equal(8);
    expect(later(settled + 300)).to.equal(10); // base 8: ⌈9.6⌉
  });

  it("compounds when the cooldown is shorter than the delay of the metric", () => {
    const autoscaler = tracking({ ...cpu, scaleOutCooldown: 0 });
    expect(autoscaler.desired(view(row(0.9, 3)))).to.equal(8);
    const ready = { now: MONDAY + 60, ready: 8, settled: MONDAY + 30 };
    expect(autoscaler.desired(view(row(0.9, 4), ready))).to.equal(15); // the same shortage again: ⌈8 × 1.8⌉
  });

  it("removes nothing within the scale-in cooldown, which a scale-out ends", () => {
    const quick = { ...AWS_LOOP, datapointsOut: 1, datapointsIn: 1 };
    const autoscaler = awsAutoscaler(controlsOf({ tracking: [cpu] }), quick);
    const at = (second: number, ready: number, utilization: number) =>
      autoscaler.desired(
        view(row(utilization, 1), { now: MONDAY + second, ready, settled: MONDAY + second }),
      );
    expect(at(0, 10, 0.2)).to.equal(4);
    expect(at(299, 4, 0.1)).to.equal(4); // held
    expect(at(300, 4, 0.2)).to.equal(2);
    expect(at(360, 2, 0.9)).to.equal(4); // out
    expect(at(420, 4, 0.2)).to.equal(2); // the hold of second 300 is over
  });

  it("needs every tracking policy to agree to scale in, and takes the larger count", () => {
    const both = tracking(cpu, load);
    const busyEnough = new Array<number>(15).fill(0.2);
    expect(both.desired(view(minutesOf(busyEnough, 9.5), { ready: 10 }))).to.equal(10); // 9.5 is above 0.9 × 10
    expect(both.desired(view(minutesOf(busyEnough, 6), { ready: 10 }))).to.equal(6); // CPU alone would say 4
  });

  it("lets a policy with DisableScaleIn neither remove tasks nor hold others back", () => {
    const only = tracking({ ...cpu, disableScaleIn: true });
    expect(only.desired(view(row(0.1, 15), { ready: 10 }))).to.equal(10);
    const beside = tracking({ ...cpu, disableScaleIn: true }, load);
    const busy = minutesOf(new Array<number>(15).fill(0.5), 2);
    expect(beside.desired(view(busy, { ready: 10 }))).to.equal(2);
    const slow = tracking({ ...cpu, disableScaleIn: true, scaleInCooldown: 900 }, load);
    expect(slow.desired(view(busy, { ready: 10 }))).to.equal(2);
    const later = { now: MONDAY + 300, ready: 10, settled: MONDAY + 300 };
    expect(slow.desired(view(busy, later))).to.equal(2); // once load's own cooldown is over
  });

  it("takes the largest of several counts on the way out", () => {
    const seen = minutesOf([0.6, 0.6, 0.6], 18);
    expect(tracking(cpu, load).desired(view(seen))).to.equal(8); // CPU: ⌈4.8⌉, load: ⌈7.2⌉
  });
});

/** Serves everything with next to nothing of its CPU. */
const IDLE: Plant = (_, rate, seconds) => ({
  arrived: rate * seconds,
  late: [],
  refused: 0,
  busy: 0.01,
  responseTime: 0.1,
});

describe("awsAutoscaler, bounds and scheduled actions", () => {
  const action = (some: Partial<ScheduledAction>, hour = 8): ScheduledAction => ({
    name: "action",
    at: { minutes: [0], hours: [hour], weekdays: [1], daysOfMonth: null, months: null, years: null },
    ...some,
  });
  const EIGHT = MONDAY + 8 * 3600;
  const DAY = 86_400;

  it("keeps within the bounds in both directions", () => {
    const bounded = () => awsAutoscaler(controlsOf({ min: 3, max: 6, tracking: [cpu] }));
    expect(bounded().desired(view(row(0.9, 3)))).to.equal(6);
    expect(bounded().desired(view(row(0.1, 15)))).to.equal(3);
    expect(bounded().desired(view([], { ready: 2 }))).to.equal(3); // lifted to the minimum
    expect(bounded().desired(view([], { ready: 9 }))).to.equal(6); // lowered to the maximum
  });

  it("raises the minimum at its minute, on its weekday, and capacity follows at once", () => {
    const autoscaler = awsAutoscaler(controlsOf({ schedule: [action({ min: 9 })] }));
    const at = (now: number) => autoscaler.desired(view([], { now }));
    expect(at(EIGHT - 60)).to.equal(4);
    expect(at(EIGHT + DAY)).to.equal(4); // a Tuesday
    expect(at(EIGHT + 7 * DAY)).to.equal(9);
    expect(at(EIGHT + 7 * DAY + 60)).to.equal(9); // in force until another action
  });

  it("follows the clocks of a zone in a replay: its floor rises at eight before and after they change", () => {
    const at = { minutes: [0], weekdays: null, daysOfMonth: null, months: null, years: null };
    const risen = (zone: string, start: number) => {
      const autoscaler = awsAutoscaler(
        controlsOf({
          tracking: [cpu],
          schedule: [
            { name: "morning", at: { ...at, hours: [8], zone }, min: 9 },
            { name: "evening", at: { ...at, hours: [20], zone }, min: 1 },
          ],
        }),
      );
      const found: string[] = [];
      const seen: Autoscaler = {
        interval: 60,
        desired: (fleet) => {
          const before = fleet.ready + fleet.starting;
          const count = autoscaler.desired(fleet);
          if (count > before) found.push(new Date(fleet.now * 1000).toISOString().slice(5, 16));
          return count;
        },
      };
      replay(seen, IDLE, { start, step: 60, rates: new Array<number>(4 * 1440).fill(1) }, 75, 1);
      return found;
    };
    const berlin = ["03-27T07:00", "03-28T07:00", "03-29T06:00", "03-30T06:00"];
    expect(risen("Europe/Berlin", Date.UTC(2026, 2, 27) / 1000)).to.deep.equal(berlin);
    const newYork = ["10-30T12:00", "10-31T12:00", "11-01T13:00", "11-02T13:00"];
    expect(risen("America/New_York", Date.UTC(2026, 9, 30) / 1000)).to.deep.equal(newYork);
    const kolkata = ["03-27T02:30", "03-28T02:30", "03-29T02:30", "03-30T02:30"];
    expect(risen("Asia/Kolkata", Date.UTC(2026, 2, 27) / 1000)).to.deep.equal(kolkata);
  });

  it("lowers the maximum at its minute, and leaves the bound that it does not name", () => {
    const autoscaler = awsAutoscaler(controlsOf({ min: 2, schedule: [action({ max: 3 })] }));
    expect(autoscaler.desired(view([], { now: EIGHT }))).to.equal(3);
    expect(autoscaler.desired(view([], { now: EIGHT + 60, ready: 1 }))).to.equal(2);
  });

  it("leaves what the floor raised when the floor falls, until tracking removes it", () => {
    const schedule = [action({ min: 9 }), action({ min: 1 }, 9)];
    const autoscaler = awsAutoscaler(controlsOf({ tracking: [cpu], schedule }));
    expect(autoscaler.desired(view([], { now: EIGHT }))).to.equal(9);
    const nine = { now: EIGHT + 3600, ready: 9 };
    expect(autoscaler.desired(view(row(0.45, 15), nine))).to.equal(9);
    expect(autoscaler.desired(view(row(0.2, 15), nine))).to.equal(4); // ⌈9 × 0.2 ÷ 0.5⌉
  });

  it("waits for its cooldown after a scale-in that the floor cut short, and for none where the floor let nothing go", () => {
    const schedule = [action({ min: 3 }), action({ min: 1 }, 9)];
    const quiet = (ready: number) => {
      const autoscaler = awsAutoscaler(controlsOf({ tracking: [cpu], schedule }));
      const at = (second: number, tasks: number) =>
        autoscaler.desired(view(row(0.1, 15), { now: EIGHT + second, ready: tasks }));
      expect(at(0, 3)).to.equal(3);
      expect(at(3540, ready)).to.equal(3); // 1 of 3 and 2 of 9 would do
      return [3600, 3839, 3840].map((second) => at(second, 3));
    };
    expect(quiet(9)).to.deep.equal([3, 3, 1]);
    expect(quiet(3)[0]).to.equal(1);
  });

  it("does nothing without data", () => {
    expect(awsAutoscaler(controlsOf({ tracking: [cpu] })).desired(view([]))).to.equal(4);
  });
});
