import { expect } from "chai";
import fc from "fast-check";
import { type Autoscaler, awsAutoscaler } from "../../policy/autoscaler.ts";
import { cpuTracking } from "../../policy/comparison.ts";
import type { FleetView } from "../../policy/fleet-view.ts";
import { type Plant, replay } from "../../policy/replay.ts";
import { between, flat, MONDAY } from "../support/services.ts";

/** Ten requests a second for each task; a tenth of them late, a twentieth refused. */
const plant: Plant = (tasks, rate, seconds) => ({
  arrived: rate * seconds,
  late: [0.1 * rate * seconds],
  refused: 0.05 * rate * seconds,
  busy: Math.min(1, rate / (10 * tasks)),
  responseTime: 0.2,
});

/** Wants so many tasks from each minute on, and notes what it saw. */
function scripted(wanted: Readonly<Record<number, number>>, initial: number) {
  const seen: FleetView[] = [];
  let count = initial;
  const autoscaler: Autoscaler = {
    interval: 60,
    desired: (view) => {
      seen.push({ ...view });
      count = wanted[(view.now - MONDAY) / 60] ?? count;
      return count;
    },
  };
  return { autoscaler, seen };
}

describe("replay", () => {
  it("conserves requests", () => {
    const rates = fc.array(between(0, 100), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(rates, fc.array(fc.integer({ min: 1, max: 9 })), (values, wishes) => {
        const { autoscaler } = scripted({ ...wishes }, 2);
        const result = replay(autoscaler, plant, { start: MONDAY, step: 60, rates: values }, 75, 2);
        const arrived = values.reduce((sum, rate) => sum + rate * 60, 0);
        expect(result.arrived).to.be.closeTo(arrived, 1e-6 * (1 + arrived));
        expect(result.late[0]).to.be.closeTo(0.1 * arrived, 1e-6 * (1 + arrived));
        expect(result.refused).to.be.closeTo(0.05 * arrived, 1e-6 * (1 + arrived));
        expect(result.minutes.count).to.equal(values.length);
      }),
    );
  });

  it("shows requests, and what they keep busy, as they are counted, and serves those of the rate", () => {
    const { autoscaler, seen } = scripted({}, 2);
    const counts = [600, 300, 900, 0];
    const { arrived } = replay(autoscaler, plant, { ...flat(10, 4), counts }, 75, 2);
    const { requestRate, requestRatePerTask, cpuUtilization } = seen[0]!.minutes;
    expect([...requestRate]).to.deep.equal([10, 5, 15, 0]);
    expect([...requestRatePerTask]).to.deep.equal([5, 2.5, 7.5, 0]);
    expect([...cpuUtilization]).to.deep.equal([0.5, 0.25, 0.75, 0]);
    expect(arrived).to.equal(4 * 600);
  });

  it("shows work beyond that of the rate as far as slots were idle", () => {
    const halfOfItsCpu: Plant = (tasks, rate, seconds) => {
      const slice = plant(tasks, rate, seconds);
      return { ...slice, busy: slice.busy / 2, idle: 1 - slice.busy };
    };
    const shown = (rate: number, counts: readonly number[]) => {
      const { autoscaler, seen } = scripted({}, 2);
      replay(autoscaler, halfOfItsCpu, { ...flat(rate, counts.length), counts }, 75, 2);
      return [...seen[0]!.minutes.cpuUtilization];
    };
    const closeTo = (value: number, i: number) =>
      expect(value).to.be.closeTo([0.4, 0.36, 0.5, 0.3][i]!, 1e-9);
    shown(16, [960, 864, 1440, 0]).forEach(closeTo); // a fifth of the slots are idle
    expect(shown(25, [1500, 1400, 1600, 0])).to.deep.equal([0.5, 0.5, 0.5, 0.5]); // none is
  });

  it("shows the work of the requests counted in CPU, and in nothing else", () => {
    const { autoscaler, seen } = scripted({}, 2);
    replay(autoscaler, plant, { ...flat(10, 2), counts: [600, 600], work: [300, 660] }, 75, 2);
    const { requestRate, requestRatePerTask, cpuUtilization } = seen[0]!.minutes;
    expect([...requestRate, ...requestRatePerTask]).to.deep.equal([10, 10, 5, 5]);
    expect([...cpuUtilization].map((value) => value.toFixed(9))).to.deep.equal([
      "0.250000000",
      "0.550000000",
    ]);
  });

  it("charges a task from the decision that starts it until the one that removes it", () => {
    const { autoscaler } = scripted({ 5: 6, 20: 3 }, 2);
    const result = replay(autoscaler, plant, flat(10, 60), 75, 2);
    expect(result.taskHours).to.be.closeTo((5 * 2 + 15 * 6 + 40 * 3) / 60, 1e-9);
    expect([result.scaleOuts, result.scaleIns]).to.deep.equal([1, 1]);
  });

  it("readies tasks within 20 % of the start-up, evenly spread", () => {
    const { autoscaler, seen } = scripted({ 5: 12 }, 2);
    replay(autoscaler, plant, flat(10, 30), 300, 2);
    const ready = (minute: number) => seen[minute]!.ready;
    // Ten starts at 300 × (0.8 + 0.4 × (i + ½) ÷ 10): 246, 258, … 354 s after the decision.
    expect([4, 5, 6].map((minutes) => ready(5 + minutes))).to.deep.equal([2 + 0, 2 + 5, 2 + 10]);
  });

  it("removes the newest first: those still starting before those that serve", () => {
    const { autoscaler, seen } = scripted({ 5: 6, 6: 3, 7: 1 }, 2);
    replay(autoscaler, plant, flat(10, 20), 300, 2);
    expect([seen[6]!.ready, seen[6]!.starting]).to.deep.equal([2, 4]);
    expect([seen[7]!.ready, seen[7]!.starting]).to.deep.equal([2, 1]);
    expect([seen[8]!.ready, seen[8]!.starting]).to.deep.equal([1, 0]);
  });

  it("shows a minute 120 s after it ended", () => {
    const { autoscaler, seen } = scripted({}, 2);
    replay(autoscaler, plant, flat(10, 6), 75, 2);
    expect(seen.map((view) => view.visible)).to.deep.equal([0, 0, 0, 1, 2, 3]);
  });

  it("tells metrics per ready task, in requests per second and ratios", () => {
    const { autoscaler, seen } = scripted({}, 2);
    replay(autoscaler, plant, flat(10, 3), 75, 2);
    const { minutes, complete } = seen[2]!;
    expect(complete).to.equal(2);
    expect([minutes.requestRate[1], minutes.requestRatePerTask[1]]).to.deep.equal([10, 5]);
    expect([minutes.cpuUtilization[1], minutes.responseTime[1]]).to.deep.equal([0.5, 0.2]);
  });

  // AWS measured 363 s from the load step to the trigger (AwsLoop.publicationDelay); ours looks once a minute.
  it("triggers target tracking five to six minutes after a load step, as AWS measured", () => {
    const rates = Array.from({ length: 60 }, (_, minute) => (minute < 20 ? 8 : 16));
    const result = replay(
      awsAutoscaler(cpuTracking(0.5, 1, 100)),
      plant,
      { start: MONDAY, step: 60, rates },
      60,
      2,
    );
    const reaction = (result.minutes.capacity.findIndex((tasks) => tasks > 2) - 20) * 60;
    expect(reaction).to.be.within(363 - 65, 363);
  });

  it("is asked every fifteen seconds by an autoscaler of that interval", () => {
    let calls = 0;
    const desired = () => {
      calls++;
      return 2;
    };
    replay({ interval: 15, desired }, plant, flat(10, 4), 75, 2);
    expect(calls).to.equal(4 * 4);
  });

  it("tells such a one the metrics of each fifteen seconds that have ended", () => {
    const seen: FleetView[] = [];
    const desired = (view: FleetView) => {
      seen.push({ ...view });
      return 4;
    };
    replay({ interval: 15, desired }, plant, flat(10, 3), 15, 2);
    expect(seen.map(({ sliced }) => sliced)).to.deep.equal([...seen.keys()]);
    const { slices } = seen.at(-1)!;
    expect(Array.from(slices.requestRate.subarray(0, 2))).to.deep.equal([10, 10]);
    expect([slices.requestRatePerTask[0], slices.requestRatePerTask[4]]).to.deep.equal([5, 2.5]); // two of four start
    expect([slices.cpuUtilization[0], slices.cpuUtilization[4]]).to.deep.equal([0.5, 0.25]);
    expect(slices.responseTime[0]).to.equal(0.2);
  });
});
