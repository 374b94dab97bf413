/** Numbers that say what happens next; begun anew where they do not suffice. */
export class Tape {
  private position = 0;
  private readonly numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.numbers = numbers;
  }

  get isOver(): boolean {
    return this.position >= this.numbers.length;
  }

  choose(below: number): number {
    const choice = this.numbers[this.position % this.numbers.length] ?? 0;
    this.position += 1;
    return choice % below;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : from[this.choose(from.length)];
  }
}
