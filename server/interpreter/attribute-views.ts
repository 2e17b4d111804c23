import { now } from './clock.ts';
import { type DictEntry, type DictValue, type InstanceValue, string, type Value } from './values.ts';

/*
 * `self.__dict__`, `module._modules`: dictionaries of an object's attributes. What is written into them is written to the
 * object. A copy of one is a dictionary like any other, so it is not the value that remembers its object.
 */

/** The attributes that a predicate picks. */
export function attributeView(owner: InstanceValue, picks: (name: string, value: Value) => boolean): DictValue {
  return { type: 'dict', entries: new Entries(owner, picks), open: owner.class.open, born: now() };
}

/** The object whose attributes the dictionary shows. */
export function ownerOf({ entries }: DictValue): InstanceValue | null {
  return entries instanceof Entries ? entries.owner : null;
}

/**
 * Entries that are only made when somebody asks for more than one of them: `self.__dict__.get(name)` in a `__getattribute__`
 * runs at every access.
 */
class Entries extends Map<string, DictEntry> {
  readonly owner: InstanceValue;
  #isFilled = false;
  readonly #picks: (name: string, value: Value) => boolean;

  constructor(owner: InstanceValue, picks: (name: string, value: Value) => boolean) {
    super();
    this.owner = owner;
    this.#picks = picks;
  }

  #fill(): void {
    if (this.#isFilled) return;
    this.#isFilled = true;
    for (const [name, value] of this.owner.attributes) {
      if (this.#picks(name, value)) super.set(`s${name}`, { key: string(name), value });
    }
  }

  override get(key: string): DictEntry | undefined {
    if (this.#isFilled) return super.get(key);
    const name = key.slice(1);
    const value = key.startsWith('s') ? this.owner.attributes.get(name) : undefined;
    return value !== undefined && this.#picks(name, value) ? { key: string(name), value } : undefined;
  }

  override has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  override set(key: string, entry: DictEntry): this {
    this.#fill();
    return super.set(key, entry);
  }

  override delete(key: string): boolean {
    this.#fill();
    return super.delete(key);
  }

  override clear(): void {
    this.#fill();
    super.clear();
  }

  override get size(): number {
    this.#fill();
    return super.size;
  }

  override keys(): MapIterator<string> {
    this.#fill();
    return super.keys();
  }

  override values(): MapIterator<DictEntry> {
    this.#fill();
    return super.values();
  }

  override entries(): MapIterator<[string, DictEntry]> {
    this.#fill();
    return super.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, DictEntry]> {
    this.#fill();
    return super[Symbol.iterator]();
  }
}
