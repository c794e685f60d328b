/** Merges that wait until they are allowed. */
package dev.epoch.api.mergerequest;
