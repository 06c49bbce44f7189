// The apps of a party as resources of their own, for a platform whose parties have some.
import type { JsonObject } from '../core/order.ts';
import type { Party } from '../core/party.ts';

/**
 * The apps of a party, kept as a list in its attributes. A list is replaced whole by a PATCH, so that one
 * app is added, changed or removed as a resource of its own.
 */
export interface PartyApps {
  /** The ids of the party's apps. */
  ids(party: Party): readonly string[];
  /**
   * The attributes with that app added, or in the place of the one of its id.
   * @throws {ImportError} where `app` names another id
   */
  put(party: Party, id: string, app: JsonObject): JsonObject;
  remove(party: Party, id: string): JsonObject;
}
