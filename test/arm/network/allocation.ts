/** Which address a new ip configuration gets, or why it gets none. Texts: SEED0 and Microsoft's error reference. */
import type { Subnet } from '../records.ts'
import { lastName } from '../path.ts'
import { freeAddresses, placeOf } from './address.ts'
import { networkRefusal } from './write.ts'

/** The wanted address, or the lowest free one. */
export function chooseAddress(
  subnet: Subnet,
  wanted: string | undefined,
  configurationId: string,
): string {
  if (wanted === undefined) {
    const [free] = freeAddresses(subnet, 1)
    if (free !== undefined) return free
    throw networkRefusal(400, {
      code: 'SubnetIsFull',
      message: `Subnet ${lastName(subnet.id)} with address prefix ${subnet.prefixes.join()} does not have enough capacity for 1 IP addresses.`,
    })
  }
  switch (placeOf(subnet, wanted)) {
    case 'free':
      return wanted
    case 'outside':
      throw networkRefusal(400, {
        code: 'PrivateIPAddressNotInSubnet',
        message: `Private static IP address ${wanted} does not belong to the range of subnet prefix ${subnet.prefixes.join()}.`,
      })
    case 'reserved':
      throw networkRefusal(400, {
        code: 'PrivateIPAddressInReservedRange',
        message: `Private static IP address ${wanted} falls within reserved IP range of subnet prefix ${subnet.prefixes.join()}.`,
      })
    case 'taken':
      throw networkRefusal(400, {
        code: 'PrivateIPAddressIsAllocated',
        message:
          `IP configuration ${configurationId} is using the private IP address ${wanted} ` +
          `which is already allocated to resource ${subnet.allocated.get(wanted)?.id}.`,
      })
  }
}
