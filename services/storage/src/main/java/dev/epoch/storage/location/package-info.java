/** Where databases are, and which addresses may be connected to. */
package dev.epoch.storage.location;
