// What keeps the cart's capacity from being found wrong in production: a few sentences in the team's own suite.
import { expect, use } from "chai";
import { capacity, everySlo, heldOut, planOf, scaled } from "setpoint/testing";

use(capacity);

const services = new URL("services.yaml", import.meta.url);

// Planning takes a second or two: once for the file, outside the tests and their time limits.
const cart = planOf(services, "cart");
const lastWeek = heldOut(services, "cart", 7);

describe("the cart's capacity", () => {
  it("can keep its promises", () => {
    expect(cart).to.be.feasible;
  });

  it("keeps every SLO in a week that it has not seen, for 600 USD a month", () => {
    expect(lastWeek.plan).to.meet(everySlo).on(lastWeek.trace).and.cost.atMost(600);
  });

  it("keeps half a second for nine requests in ten", () => {
    const fast = { name: "fast", threshold: "500 ms", objective: "90 %" };
    expect(lastWeek.plan).to.meet(fast).on(lastWeek.trace);
  });

  it("survives a zone's loss", () => {
    expect(lastWeek.plan).to.survive(1).on(lastWeek.trace);
  });

  it("stays available on a week with twice the visitors, within the account's quota", () => {
    const sale = scaled(lastWeek.trace, 2);
    expect(lastWeek.plan).on(sale).to.meet("availability").and.peak.atMost(150);
  });
});
