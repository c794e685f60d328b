/** Commits and the changes that wait for one. */
package dev.epoch.gateway.commit;
