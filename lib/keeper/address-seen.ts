import type { Service } from '../node/service.ts';
import type { Surroundings } from './surroundings.ts';

/** Whether an address of the service was up on this node since it was adopted, or before, where that was in place. */
export class AddressSeen {
  readonly #addresses: Service['addresses'];
  readonly #localAddresses: Surroundings['localAddresses'];
  #seen = false;

  constructor(
    { addresses }: Pick<Service, 'addresses'>,
    { localAddresses }: Pick<Surroundings, 'localAddresses'>,
  ) {
    this.#addresses = addresses;
    this.#localAddresses = localAddresses;
  }

  get seen(): boolean {
    return this.#seen;
  }

  /** The service was here before, where clients could reach it. */
  assume(): void {
    this.#seen = true;
  }

  /** Costs nothing once it was. Never throws: where the system does not say, it is looked again. */
  look(): void {
    if (this.#seen) return;
    try {
      const local = this.#localAddresses();
      this.#seen = this.#addresses.some((address) => local.has(address));
    } catch {
      // Not seen this time.
    }
  }
}
