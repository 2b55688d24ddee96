/** Programs of the customer's: their versions, the engines that run them within limits, their runs and logs. */
package io.caravana.action;
