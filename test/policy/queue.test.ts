import { expect } from "chai";
import fc from "fast-check";
import { erlangB, erlangC, type Queue, type WaitingTail, waitingTail } from "../../policy/queue.ts";
import { between } from "../support/services.ts";

const load = between(0.01, 0.99);
const servers = fc.integer({ min: 1, max: 60 });

describe("erlangB", () => {
  it("agrees with the closed forms for one and two servers", () => {
    fc.assert(
      fc.property(between(0.01, 20), (a) => {
        expect(erlangB(1, a)).to.be.closeTo(a / (1 + a), 1e-12);
        expect(erlangB(2, a)).to.be.closeTo(a ** 2 / 2 / (1 + a + a ** 2 / 2), 1e-12);
      }),
    );
  });

  // 8.108 erlangs: erlang.com/calculatormanual/howmuchtrafficcanatrunkgrouphandle.htm;
  // 45 lines for 1200 calls of 100 s an hour: erlang.com/reply/32954.
  it("agrees with published figures for a blocking of 1 %", () => {
    expect(erlangB(15, 8.108)).to.be.closeTo(0.01, 5e-6);
    const offered = (1200 * 100) / 3600;
    expect(erlangB(45, offered)).to.be.below(0.01);
    expect(erlangB(44, offered)).to.be.above(0.01);
  });

  it("is the blocking of the birth–death chain, whatever the number of servers", () => {
    fc.assert(
      fc.property(servers, between(0.1, 80), (c, a) => {
        let [term, sum] = [1, 1];
        for (let k = 1; k <= c; k++) {
          term *= a / k;
          sum += term;
        }
        expect(erlangB(c, a)).to.be.closeTo(term / sum, 1e-12);
      }),
    );
  });
});

describe("erlangC", () => {
  it("agrees with the closed forms for one and two servers", () => {
    fc.assert(
      fc.property(load, (u) => {
        expect(erlangC(1, u)).to.be.closeTo(u, 1e-12);
        expect(erlangC(2, 2 * u)).to.be.closeTo((2 * u ** 2) / (1 + u), 1e-12);
      }),
    );
  });

  it("falls with more servers at the same load and rises with load", () => {
    fc.assert(
      fc.property(servers, load, load, (c, u, v) => {
        expect(erlangC(c + 1, u * c)).to.be.below(erlangC(c, u * c));
        const [less, more] = [Math.min(u, v), Math.max(u, v)];
        expect(erlangC(c, less * c)).to.be.at.most(erlangC(c, more * c));
      }),
    );
  });
});

describe("waitingTail", () => {
  const queue = fc.record({
    servers,
    serviceTime: between(0.01, 2),
    serviceScv: between(0, 2),
    arrivalScv: between(0.03, 1),
  });

  // P(W > t) = C exp(−(cμ − λ) t), Erlang's own.
  it("is exact for exponential arrivals and service", () => {
    fc.assert(
      fc.property(queue, load, (any, u) => {
        const tail = waitingTail({ ...any, serviceScv: 1, arrivalScv: 1 }, u);
        expect(tail.probability).to.be.closeTo(erlangC(any.servers, u * any.servers), 1e-9);
        const drain = (any.servers * (1 - u)) / any.serviceTime;
        expect(tail.decay / drain).to.be.closeTo(1, 1e-9);
      }),
    );
  });

  // Pollaczek–Khinchine: E[W] = ρ s (1 + cv²) / (2 (1 − ρ)); for M/D/1 cv = 0.
  it("has the exact mean for one server with constant service", () => {
    fc.assert(
      fc.property(load, between(0.01, 2), (u, serviceTime) => {
        const tail = waitingTail({ servers: 1, serviceTime, serviceScv: 0, arrivalScv: 1 }, u);
        expect(((tail.probability / tail.decay) * 2 * (1 - u)) / (u * serviceTime)).to.be.closeTo(1, 1e-9);
      }),
    );
  });

  // Whitt 1993, the tables of §4: P(W > 0) with 4 servers at 0.9, as he computes it; exact are 0.67 and 0.71.
  it("has the waiting probabilities that Whitt publishes", () => {
    const waits = (arrivalScv: number) =>
      waitingTail({ servers: 4, serviceTime: 1, serviceScv: 1, arrivalScv }, 0.9).probability;
    expect(waits(0), "D/M/4").to.be.closeTo(0.65, 0.005);
    expect(waits(0.25), "E4/M/4").to.be.closeTo(0.7, 0.005);
  });

  it("lets as many wait as Erlang does whatever the service times, when arrivals are Poisson", () => {
    fc.assert(
      fc.property(queue, load, (any, u) => {
        const { probability } = waitingTail({ ...any, arrivalScv: 1 }, u);
        expect(probability).to.be.closeTo(erlangC(any.servers, u * any.servers), 1e-9);
      }),
    );
  });

  // Each is the share of two million requests that found all servers busy, every one served in turn, log-normal service.
  const served = [
    { servers: 7, tasks: 20, cv: 2.5, load: 0.7, waiting: 0.21 },
    { servers: 16, tasks: 4, cv: 2.5, load: 0.7, waiting: 0.0851 },
    { servers: 32, tasks: 20, cv: 1.5, load: 0.8, waiting: 0.071 },
    { servers: 50, tasks: 20, cv: 1.5, load: 0.8, waiting: 0.0269 },
    { servers: 100, tasks: 20, cv: 0.3, load: 0.95, waiting: 0.1558 },
    { servers: 200, tasks: 20, cv: 2.5, load: 0.9, waiting: 0.0541 },
  ];
  for (const { servers, tasks, cv, load, waiting } of served)
    it(`lets as many of ${servers} slots' requests wait as a simulation, a ${tasks}th each, cv ${cv}, within 25 %`, () => {
      const { probability } = waitingTail(
        { servers, serviceTime: 1, serviceScv: cv ** 2, arrivalScv: 1 / tasks },
        load,
      );
      expect(probability / waiting).to.be.within(0.8, 1.25);
    });

  const isTail = (any: Queue, u: number) => {
    const tail = waitingTail(any, u);
    expect(tail.probability).to.be.within(0, 1);
    expect(tail.decay).to.be.above(0);
    expect(waitingTail(any, 1 + u).decay).to.be.below(0);
  };

  it("is a probability and a rate below a utilization of 1, and grows beyond it", () => {
    const small = fc
      .tuple(queue, fc.integer({ min: 1, max: 12 }))
      .map(([any, c]) => ({ ...any, servers: c }));
    fc.assert(fc.property(small, load, isTail));
  });

  it("is a probability and a rate for many servers, too", () => {
    fc.assert(fc.property(queue, load, isTail));
  });

  it("waits less when arrivals are more regular", () => {
    const mean = (any: Queue, u: number) => meanWait(waitingTail(any, u));
    fc.assert(
      fc.property(queue, between(0.3, 0.99), between(0.03, 1), (any, u, share) => {
        const few = { ...any, servers: 1 + (any.servers % 12) };
        const regular = { ...few, arrivalScv: few.arrivalScv * share };
        expect(mean(regular, u)).to.be.at.most(mean(few, u) * (1 + 1e-9));
      }),
    );
  });
});

function meanWait({ probability, decay }: WaitingTail): number {
  return probability / decay;
}
