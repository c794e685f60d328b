/** Live tables made as copies of tables of other databases. */
package dev.epoch.storage.copy;
