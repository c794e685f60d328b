/** The stream of a repository: its state, who decides about it, and turns on its branches. */
package dev.epoch.gateway.stream;
