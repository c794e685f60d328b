/** Requests of repositories that another server owns. */
package dev.epoch.server.owner;
