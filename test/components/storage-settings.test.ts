import { expect } from "chai";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { storageWarnings } from "../../adapters/storage-settings.ts";

const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };

function parsed(storage: object, rest: object = {}) {
  return stackSettings({ profile: "dev", network, entry: { insecure: true }, storage, ...rest });
}

function faultsOf(storage: object, rest: object = {}): string[] {
  try {
    parsed(storage, rest);
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .map((line) => line.replace("setpoint:deployment.storage.", ""));
  }
  return [];
}

const bucket = (settings: object, rest: object = {}) => faultsOf({ buckets: { images: settings } }, rest);
const table = (settings: object) => faultsOf({ tables: { carts: { hashKey: "cartId", ...settings } } });
const PROD = {
  profile: "prod",
  entry: { certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0123" },
  notify: { page: ["on-call@example.com"] },
};

describe("storageSchema", () => {
  it("asks for a table's key alone", () => {
    const { storage } = parsed({ buckets: { images: {} }, tables: { carts: { hashKey: "cartId" } } });
    expect(storage).to.deep.equal({
      buckets: { images: { versions: 30, lifecycle: [] } },
      tables: {
        carts: {
          hashKey: { name: "cartId", type: "string" },
          capacity: "on-demand",
          pointInTimeRecovery: 35,
          globalIndexes: {},
          localIndexes: {},
        },
      },
    });
  });

  it("reports every fault of every bucket and table at once", () => {
    const faults = faultsOf({
      buckets: { Shop: {}, images: { versions: "0 d", objectLok: {} } },
      tables: { carts: {} },
    });
    expect(faults.map((fault) => fault.split(": ")[0])).to.deep.equal([
      "buckets.Shop",
      "buckets.images.versions",
      "buckets.images.objectLok",
      "tables.carts.hashKey",
    ]);
    expect(faults[2]).to.match(/did you mean `objectLock`\?$/);
  });

  const wrongNames: Record<string, readonly string[]> = {
    "STO-1": ["Shop", "ab", "a".repeat(64), "shop..x", "-shop", "shop-", "192.168.5.4", "shop_x"],
    "STO-2": ["xn--shop", "sthree-shop", "amzn-s3-demo-shop", "shop-s3alias", "shop--ol-s3"],
    "STO-2: reserved suffixes": ["shop.mrap", "shop--x-s3"],
  };
  for (const [title, names] of Object.entries(wrongNames))
    it(`${title}: refuses a bucket's name that S3 does not take`, () => {
      for (const name of names) expect(bucket({ name }), name).to.have.length(1);
      for (const name of ["shop", "shop-images.2026", "a".repeat(63), "1.2.3", "xn-shop"])
        expect(bucket({ name }), name).to.deep.equal([]);
    });

  it("STO-1, STO-7: refuses a declared name from which no name at AWS can be made", () => {
    for (const name of ["Shop", "a", "a".repeat(41), "shop.x", "-shop", "shop-", "1shop"]) {
      expect(faultsOf({ buckets: { [name]: {} } }), name).to.have.length(1);
      expect(faultsOf({ tables: { [name]: { hashKey: "id" } } }), name).to.have.length(1);
    }
    expect(faultsOf({ buckets: { ["a".repeat(40)]: {} } })).to.deep.equal([]);
  });

  it("STO-3, STO-4, STO-5: warns of dots, of names that others may have, and of a destroy that stops", () => {
    const remarks = (settings: object) =>
      storageWarnings(parsed({ buckets: { images: settings } }).storage, false);
    expect(remarks({})).to.deep.equal([]);
    expect(remarks({ name: "shop" }).join()).to.match(/name is shop: one account in the world can have it/);
    expect(remarks({ name: "shop.example.com" })[1]).to.match(/with dots, TLS/);
    expect(remarks({ forceDestroy: false }).join()).to.match(/destroying the stack stops there/);
  });

  it("STO-5: refuses to destroy objects where the stack protects", () => {
    expect(bucket({ forceDestroy: true })).to.deep.equal([]);
    expect(bucket({ forceDestroy: true }, PROD).join()).to.match(
      /^buckets\.images\.forceDestroy: forceDestroy is true; protect: true keeps what is stored/,
    );
  });

  it("STO-6: refuses rules of 0 days, ones that move what has expired, and ids twice or too long", () => {
    const rules = (...lifecycle: object[]) => bucket({ lifecycle });
    const cold = { after: "90 d", to: "GLACIER" };
    expect(rules({ id: "old", expire: "365 d", transitions: [cold] })).to.deep.equal([]);
    expect(rules({ id: "old", expire: "0 d" }).join()).to.match(/1 d to 36500 d/);
    expect(rules({ id: "old", expire: "90 d", transitions: [cold] }).join()).to.match(
      /objects expire at 90 d/,
    );
    expect(rules({ id: "a", expire: "9 d" }, { id: "a", expire: "8 d" })).to.deep.equal([
      'buckets.images.lifecycle[1].id: id is "a"; another rule has it. Give each its own.',
    ]);
    expect(rules({ id: "versions", expire: "9 d" })).to.have.length(1); // our own rule
    expect(rules({ id: "a".repeat(256), expire: "9 d" }).join()).to.match(/1 to 255 characters/);
    expect(rules({ id: "a".repeat(255), expire: "9 d" })).to.deep.equal([]);
    expect(rules({ id: "old" }).join()).to.match(/it does nothing/);
    expect(rules({ id: "old", transitions: [{ after: "29 d", to: "STANDARD_IA" }] }).join()).to.match(
      /from 30 d on/,
    );
    expect(rules({ id: "old", transitions: [cold, { after: "60 d", to: "DEEP_ARCHIVE" }] })).to.have.length(
      1,
    );
    expect(rules({ id: "old", transitions: [cold, { after: "99 d", to: "STANDARD_IA" }] })).to.have.length(1);
  });

  it("refuses a lock that outlives a stack made to be thrown away", () => {
    const objectLock = { mode: "compliance", retention: "30 d" };
    expect(bucket({ objectLock }).join()).to.match(/nobody can delete such objects/);
    expect(bucket({ objectLock }, PROD)).to.deep.equal([]);
  });

  it("STO-7: refuses a table's name that DynamoDB does not take", () => {
    for (const name of ["ab", "a".repeat(256), "my carts", "cärts"])
      expect(table({ name }), name).to.have.length(1);
    for (const name of ["abc", "a".repeat(255), "My_carts.v-2"])
      expect(table({ name }), name).to.deep.equal([]);
  });

  it("STO-9: takes capacity units only as both reads and writes, and none on demand", () => {
    const units = { min: 1, max: 10 };
    expect(table({ capacity: { read: units, write: units } })).to.deep.equal([]);
    for (const capacity of [{ read: units }, { write: units }, {}, "provisioned", 5])
      expect(table({ capacity })).to.have.length(1);
    expect(table({ capacity: { read: { min: 9, max: 3 }, write: units } }).join()).to.match(
      /Write min ≤ max/,
    );
    expect(table({ capacity: "on-demand", readCapacity: 5 }).join()).to.match(/`readCapacity` is unknown/);
    const indexed = { byOwner: { hashKey: "ownerId" } };
    expect(table({ capacity: { read: units, write: units }, globalIndexes: indexed }).join()).to.match(
      /undo their autoscaling/,
    );
  });

  it("STO-10: refuses the 21st global index, the 6th local one and the 101st projected attribute", () => {
    const many = (count: number, index: object) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`by${i}x`, index]));
    const globalIndexes = (count: number) => table({ globalIndexes: many(count, { hashKey: "ownerId" }) });
    expect(globalIndexes(20)).to.deep.equal([]);
    expect(globalIndexes(21).join()).to.match(/at most 20/);
    const localIndexes = (count: number) =>
      table({ rangeKey: "line", localIndexes: many(count, { rangeKey: "price" }) });
    expect(localIndexes(5)).to.deep.equal([]);
    expect(localIndexes(6).join()).to.match(/at most 5/);
    const projected = (count: number) => {
      const projection = Array.from({ length: count }, (_, i) => `attribute${i}`);
      return table({ globalIndexes: { byOwner: { hashKey: "ownerId", projection } } });
    };
    expect(projected(100)).to.deep.equal([]);
    expect(projected(101).join()).to.match(/name 101 attributes in all; DynamoDB takes 100/);
  });

  it("refuses keys that contradict each other", () => {
    expect(table({ rangeKey: "cartId" }).join()).to.match(/as hashKey/);
    const number = { name: "cartId", type: "number" };
    expect(table({ globalIndexes: { byCart: { hashKey: number } } }).join()).to.match(/string and number/);
    expect(table({ localIndexes: { byPrice: { rangeKey: "price" } } }).join()).to.match(/need a table with/);
    const both = {
      globalIndexes: { byOwner: { hashKey: "ownerId" } },
      localIndexes: { byOwner: { rangeKey: "ownerId" } },
    };
    expect(table({ rangeKey: "line", ...both }).join()).to.match(/global and local/);
  });

  it("STO-12: restores from 1 to 35 days back, and never from none", () => {
    const recovery = (pointInTimeRecovery: unknown) => table({ pointInTimeRecovery });
    for (const days of ["1 d", "35 d"]) expect(recovery(days), days).to.deep.equal([]);
    for (const days of ["0 d", "36 d", "1.5 d", 35, false])
      expect(recovery(days), String(days)).to.have.length(1);
  });
});

describe("keySchema", () => {
  const key = (settings: object, customerKey = true) =>
    faultsOf({}, { customerKey, key: settings }).map((line) => line.replace("setpoint:deployment.", ""));
  const arn = "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012";

  it("STO-13, STO-15: keeps to AWS's bounds of waiting and of rotation", () => {
    for (const deletionWindow of ["7 d", "30 d"]) expect(key({ deletionWindow })).to.deep.equal([]);
    for (const deletionWindow of ["6 d", "31 d", 30])
      expect(key({ deletionWindow }).join()).to.match(/7 d to 30 d/);
    for (const rotation of ["90 d", "2560 d"]) expect(key({ rotation })).to.deep.equal([]);
    for (const rotation of ["30 d", "3000 d"]) expect(key({ rotation }).join()).to.match(/90 d to 2560 d/);
  });

  it("STO-14, STO-17: takes an existing key by its ARN alone, of the stack's region", () => {
    expect(key({ arn })).to.deep.equal([]);
    for (const wrong of ["shop", "alias/aws/shop", arn.replace("key/", "alias/")])
      expect(key({ arn: wrong }).join()).to.match(/must be the ARN of a KMS key, no alias/);
    expect(key({ arn: arn.replace("eu-west-1", "us-east-1") })).to.deep.equal([
      "key.arn: arn is a text of 75 characters; must be in the zones' region. Name a key of eu-west-1.",
    ]);
    expect(key({ arn, rotation: "365 d" }).join()).to.match(/that key's owner sets them/);
    expect(key({ arn }, false).join()).to.match(/customerKey is false/);
  });
});
