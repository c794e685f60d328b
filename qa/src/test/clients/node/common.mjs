// What the programs share: where they work, checks, and how rows are shown.
import assert from 'node:assert/strict';

export const url = process.env.DATABASE_URL;
export const branch = process.env.EPOCH_BRANCH;
export const branchOptions = process.env.BRANCH_OPTIONS;
export const currentBranch = 'SELECT epoch.current_branch() AS branch';

export const check = assert.deepEqual;

export const show = (rows) => {
  for (const { name, title, price } of rows) {
    console.log([name, title ?? 'None', price ?? 'None'].join('|'));
  }
};

export const refuses = async (constraint, work) => {
  try {
    await work();
  } catch (error) {
    const cause = error.parent ?? error.driverError ?? error.cause ?? error;
    if (cause.code === '23505' && cause.constraint === constraint) return;
    throw error;
  }
  throw new Error(`${constraint} was not noticed`);
};

export const undone = async (work) => {
  await assert.rejects(work, /changed my mind/);
};
