// The apps of a party as separate resources, for platforms whose parties have apps.
import type { JsonObject } from '../core/order.ts';
import type { Party } from '../core/party.ts';

/**
 * The apps of a party, stored as a list in its attributes. A PATCH replaces a list as a whole;
 * these functions add, change or remove one app.
 */
export interface PartyApps {
  /** The ids of the party's apps. */
  ids(party: Party): readonly string[];
  /**
   * The attributes after adding or replacing the app of that id.
   * @throws {ImportError} if `app` names another id
   */
  put(party: Party, id: string, app: JsonObject): JsonObject;
  remove(party: Party, id: string): JsonObject;
}
