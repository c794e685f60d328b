/** Conflicts of open merges: read, decided, remembered. */
package dev.epoch.gateway.merge.conflict;
