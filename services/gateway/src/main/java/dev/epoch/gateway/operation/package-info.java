/** Operations from their preparation to their end, and those that a process left. */
package dev.epoch.gateway.operation;
