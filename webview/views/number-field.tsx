interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Takes fractions; whole numbers only where left out. */
  readonly fraction?: boolean;
  readonly set: (value: number) => void;
}

/** A number with its name. What is out of bounds is not taken. */
export function NumberField({ label, value, min, max, fraction = false, set }: NumberFieldProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        value={value}
        min={min}
        max={max}
        step={fraction ? 'any' : 1}
        onChange={({ currentTarget }) => {
          const typed = currentTarget.valueAsNumber;
          const valid = typed >= min && typed <= max && (fraction || Number.isInteger(typed));
          if (valid) set(typed);
          else currentTarget.value = String(value);
        }}
      />
    </label>
  );
}
