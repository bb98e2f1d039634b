# Override or extend an existing module
{
  # Use mkForce to override a setting
  services.existingModule.setting = lib.mkForce "new-value";
  
  # Use mkBefore/mkAfter to add to a list
  environment.systemPackages = lib.mkBefore [ pkgs.newPackage ];
}
