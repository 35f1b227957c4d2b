/** Why the process can't start, in one line for the person who started it. Not a defect of ours. */
export class Problem extends Error {}
