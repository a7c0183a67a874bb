"""Logistic models of right or positive calls: marginal (GEE), and with readers and cases crossed."""
