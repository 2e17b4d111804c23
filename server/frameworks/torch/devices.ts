import { numberOf } from '../../interpreter/read.ts';
import { nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type InstanceValue, none, number, string, unknown, type Value } from '../../interpreter/values.ts';

/* Where tensors lie. A plain run is followed: what nobody moves lies on the CPU. */

const devices = new Map<string, InstanceValue>();

/** The device of that name: always the same object, so that devices are equal where their names are. */
function deviceNamed(name: string): InstanceValue {
  const known = devices.get(name);
  if (known !== undefined) return known;
  const [type = name, index] = name.split(':');
  const made: InstanceValue = {
    type: 'instance',
    class: deviceClass,
    attributes: new Map<string, Value>([
      ['type', string(type)],
      ['index', index === undefined ? none : number(Number(index))],
    ]),
    at: null,
    state: null,
  };
  devices.set(name, made);
  return made;
}

const deviceClass = nativeClass('torch.device', {
  parameters: 'type, index=None',
  convert: (given) => {
    const type = given.get('type');
    if (type.type === 'instance' && type.class === deviceClass) return type;
    const index = given.get('index');
    if (type.type !== 'string') return unknown('device');
    if (index.type === 'none') return deviceNamed(type.value);
    const place = numberOf(index);
    return place === null ? unknown('device') : deviceNamed(`${type.value}:${place}`);
  },
});

export const cpu: Value = deviceNamed('cpu');

export const deviceMembers: Readonly<Record<string, Value>> = {
  device: deviceClass,
  get_default_device: nativeFunction('torch.get_default_device', '', () => cpu),
};
