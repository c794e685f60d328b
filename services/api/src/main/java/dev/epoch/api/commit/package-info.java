/** Reading commits and branches from their read model. */
package dev.epoch.api.commit;
