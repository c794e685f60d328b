/**
 * Commands that sessions of the users' databases send, and what these sessions see of repositories.
 */
package dev.epoch.gateway.surface;
